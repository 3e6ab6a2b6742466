import { afterEach, expect, test } from 'vitest';
import type { Recorder } from '../../src/record/recorder.ts';
import { attachToSeam, type SeamListener } from '../../src/seam/native-seam.ts';
import { addon, bindings, TRANSACTION, withoutProfiler, work } from '../support/native-profiler.ts';

const loaded = Object.getOwnPropertyDescriptors(addon);
const attached: (() => void)[] = [];
afterEach(() => {
  for (const detach of attached.splice(0)) detach();
  expect(Object.getOwnPropertyDescriptors(addon)).toEqual(loaded);
});

/** Writes down all that it hears, and takes a start for its own while `isOwner` says so. */
function listen({ keeps = true } = {}) {
  const heard: string[] = [];
  const profiles = new Map<string, object>();
  const recorders = new Set<Recorder>();
  const listener = {
    isOwner: true,
    isStarting: () => listener.isOwner,
    onStart(id: string, recorder: Recorder) {
      heard.push(`start ${id}`);
      recorders.add(recorder);
      if (keeps) profiles.set(id, { standsFor: id });
    },
    onStop(id: string) {
      heard.push(`stop ${id}`);
      return profiles.get(id);
    },
  };
  const detach = attachToSeam(listener satisfies SeamListener) as () => void;
  attached.push(detach);
  return { listener, detach, heard, profiles, recorders };
}

test('the start of a profile is a mark, and the SDK gets at its stop what stands for it', () => {
  const { heard, profiles, recorders } = listen();
  bindings.startProfiling('a');
  expect(bindings.stopProfiling('a', TRANSACTION)).toBe(profiles.get('a'));
  expect(heard).toEqual(['start a', 'stop a']);
  // V8 has not heard of it.
  expect([...recorders].map(({ running }) => running)).toEqual([0]);
});

test('a refused start is taken well: the stop that comes later finds no profile', () => {
  const { heard } = listen({ keeps: false });
  bindings.startProfiling('a');
  work(30);
  expect(bindings.stopProfiling('a', TRANSACTION)).toBeNull();
  expect(heard).toEqual(['start a', 'stop a']);
});

test('a profile that is gone is null to the SDK, though V8 has one of that name', () => {
  const { listener, profiles } = listen();
  listener.isOwner = false;
  bindings.startProfiling('a');
  profiles.set('a', null as never);
  expect(bindings.stopProfiling('a', TRANSACTION)).toBeNull();
  profiles.delete('a');
  expect(bindings.stopProfiling('a', TRANSACTION)).not.toBeNull();
});

test('a start that is nobody’s passes, and so does its stop', () => {
  const { listener, heard } = listen();
  listener.isOwner = false;
  bindings.startProfiling('a');
  work(80);
  expect(bindings.stopProfiling('a', TRANSACTION)?.samples.length).toBeGreaterThan(0);
  expect(heard).toEqual(['stop a']);
});

test('what a listener throws does not come out at the SDK', () => {
  const { listener } = listen();
  listener.onStart = listener.onStop = () => {
    throw new Error('a listener');
  };
  bindings.startProfiling('a');
  expect(bindings.stopProfiling('a', TRANSACTION)).toBeNull();
});

test('each of two listeners hears of its own start, and both have one recording', () => {
  const [first, second] = [listen(), listen()];
  first.listener.isOwner = false;
  bindings.startProfiling('a');
  first.listener.isOwner = true;
  bindings.startProfiling('b');
  expect(bindings.stopProfiling('a', TRANSACTION)).toBe(second.profiles.get('a'));
  expect(bindings.stopProfiling('b', TRANSACTION)).toBe(first.profiles.get('b'));
  expect(first.heard.filter((event) => event.startsWith('start'))).toEqual(['start b']);
  expect(second.heard.filter((event) => event.startsWith('start'))).toEqual(['start a']);
  expect(new Set([...first.recorders, ...second.recorders]).size).toBe(1);
});

test('what was started for a listener that has gone is null to the SDK', () => {
  const { detach } = listen();
  listen();
  bindings.startProfiling('a');
  detach();
  expect(bindings.stopProfiling('a', TRANSACTION)).toBeNull();
});

test('the native module is as before when the last listener has gone, whatever the order', () => {
  const [first, second] = [listen(), listen()];
  const replaced = addon.startProfiling;
  expect(replaced).not.toBe(loaded.startProfiling.value);
  first.detach();
  first.detach();
  expect(addon.startProfiling).toBe(replaced);
  second.detach();
  expect(Object.getOwnPropertyDescriptors(addon)).toEqual(loaded);
  listen();
  expect(addon.startProfiling).not.toBe(loaded.startProfiling.value);
});

test('a wrapper that came later stays, and what is below it lets everything pass', () => {
  const { detach, heard } = listen();
  const ours = addon.startProfiling;
  const theirs: typeof ours = (id) => ours(id);
  addon.startProfiling = theirs;
  detach();
  expect(addon.startProfiling).toBe(theirs);
  bindings.startProfiling('a');
  expect(bindings.stopProfiling('a', TRANSACTION)).not.toBeNull();
  expect(heard).toEqual([]);
  Object.defineProperties(addon, loaded);
});

test('no seam where the native profiler is not loaded', () => {
  const listener: SeamListener = { isStarting: () => true, onStart() {}, onStop: () => null };
  expect(withoutProfiler(() => attachToSeam(listener))).toBeUndefined();
});
