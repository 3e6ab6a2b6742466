import { afterEach, expect, test } from 'vitest';
import type { NativeProfile } from '../../src/capture/bindings.ts';
import { attachToSeam, type Seam, type SeamListener } from '../../src/capture/native-seam.ts';
import { bindings, TRANSACTION, withFailingStop, withoutProfiler, work } from '../support/native-profiler.ts';

const attached: Seam[] = [];
afterEach(() => {
  for (const seam of attached.splice(0)) seam.detach();
  expect(Object.keys(bindings)).toEqual([]);
});

/** Writes down what it hears, and takes a start for its own while `isOwner` says so. */
function listen({ accepts = true } = {}) {
  const heard: { event: string; id: string; profile?: NativeProfile | null; stopMs?: number }[] = [];
  const listener = {
    isOwner: true,
    isStarting: () => listener.isOwner,
    onStart(id: string) {
      heard.push({ event: 'start', id });
      return accepts;
    },
    onStop: (id: string, profile: NativeProfile | null, stopMs: number) =>
      heard.push({ event: 'stop', id, profile, stopMs }),
    onStopAgain: (id: string) => heard.push({ event: 'stop again', id }),
    onAbort: (id: string, profile: NativeProfile | null, stopMs: number) =>
      heard.push({ event: 'abort', id, profile, stopMs }),
  };
  const seam = attachToSeam(listener satisfies SeamListener) as Seam;
  attached.push(seam);
  return { listener, seam, heard, events: () => heard.map(({ event, id }) => `${event} ${id}`) };
}

test('start and stop of a real profile are seen, the stop is measured, and the SDK gets its profile', () => {
  const { heard } = listen();
  bindings.startProfiling('a');
  work(80);
  const profile = bindings.stopProfiling('a', TRANSACTION) as NativeProfile;
  expect(profile.samples.length).toBeGreaterThan(1);
  expect(heard).toMatchObject([
    { event: 'start', id: 'a' },
    { event: 'stop', id: 'a' },
  ]);
  expect(heard[1]?.profile).toBe(profile);
  expect(heard[1]?.stopMs).toBeGreaterThan(0);
});

test('a refused start is taken well: the stop that comes later finds no profile', () => {
  const { events } = listen({ accepts: false });
  bindings.startProfiling('a');
  expect(bindings.stopProfiling('a', TRANSACTION)).toBeNull();
  expect(events()).toEqual(['start a', 'stop again a']);
});

test('a start that is nobody’s passes, and so does its stop', () => {
  const { listener, events } = listen();
  listener.isOwner = false;
  bindings.startProfiling('a');
  work(80);
  expect(bindings.stopProfiling('a', TRANSACTION)?.samples.length).toBeGreaterThan(0);
  expect(events()).toEqual(['stop again a']);
});

test('a start that throws is told as ended, and throws', () => {
  const { events } = listen();
  expect(() => bindings.startProfiling(5 as never)).toThrow(/string/);
  expect(events()).toEqual(['start 5', 'stop 5']);
});

test('a stop that throws is told as ended without a profile, and throws', () => {
  const { heard } = listen();
  bindings.startProfiling('a');
  withFailingStop(() => expect(() => bindings.stopProfiling('a', TRANSACTION)).toThrow('native stop'));
  expect(heard[1]).toMatchObject({ event: 'stop', id: 'a', profile: null });
  bindings.stopProfiling('a', TRANSACTION);
});

test('an aborted profile has ended: the SDK’s stop returns null, a second abort does nothing', () => {
  const { seam, events } = listen();
  bindings.startProfiling('a');
  seam.abort('a');
  seam.abort('a');
  expect(bindings.stopProfiling('a', TRANSACTION)).toBeNull();
  expect(events()).toEqual(['start a', 'abort a', 'stop again a']);
});

test('each of two listeners hears of its own, and none can abort another’s', () => {
  const first = listen();
  const second = listen();
  first.listener.isOwner = false;
  bindings.startProfiling('a');
  first.listener.isOwner = true;
  second.listener.isOwner = false;
  bindings.startProfiling('b');
  first.seam.abort('a');
  for (const id of ['a', 'b']) expect(bindings.stopProfiling(id, TRANSACTION)).not.toBeNull();
  expect(first.events()).toEqual(['start b', 'stop b']);
  expect(second.events()).toEqual(['start a', 'stop a']);
});

test('what ran when its listener was detached goes on and is stopped by the SDK', () => {
  const { seam, events } = listen();
  const other = listen();
  bindings.startProfiling('a');
  seam.detach();
  seam.abort('a');
  work(80);
  expect(bindings.stopProfiling('a', TRANSACTION)?.samples.length).toBeGreaterThan(0);
  expect([...events(), ...other.events()]).toEqual(['start a', 'stop again a']);
});

test('the bindings are as before when the last listener has gone, whatever the order', () => {
  const first = listen();
  const second = listen();
  expect(Object.keys(bindings)).toEqual(['startProfiling', 'stopProfiling']);
  first.seam.detach();
  first.seam.detach();
  expect(Object.keys(bindings)).toEqual(['startProfiling', 'stopProfiling']);
  second.seam.detach();
  expect(Object.keys(bindings)).toEqual([]);
  listen();
  expect(Object.keys(bindings)).toEqual(['startProfiling', 'stopProfiling']);
});

test('a wrapper that came later stays, and what is below it lets everything pass', () => {
  const { seam, events } = listen();
  const ours = bindings.startProfiling;
  const theirs: typeof ours = (id) => ours(id);
  bindings.startProfiling = theirs;
  seam.detach();
  expect(bindings.startProfiling).toBe(theirs);
  bindings.startProfiling('a');
  expect(bindings.stopProfiling('a', TRANSACTION)).not.toBeNull();
  expect(events()).toEqual([]);
  delete (bindings as Partial<typeof bindings>).startProfiling;
});

test.each<[string, object | undefined]>([
  ['is not loaded', undefined],
  ['has no bindings', {}],
  ['has other bindings', { CpuProfilerBindings: { startProfiling() {} } }],
])('no seam where the profiler’s package %s', (_, exports) => {
  const listener = { isStarting: () => true, onStart: () => true } as unknown as SeamListener;
  expect(withoutProfiler(() => attachToSeam(listener), exports)).toBeUndefined();
});
