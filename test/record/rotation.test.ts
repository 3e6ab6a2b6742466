import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, onTestFinished, test } from 'vitest';
import { Rotation } from '../../src/record/rotation.ts';
import type { RawSegment } from '../../src/record/segment.ts';
import { serve, sleep, work } from '../support/native-profiler.ts';
import { type WatchedProfiler, watchProfiler, withoutTicks } from '../support/watched-profiler.ts';

function setup(native: WatchedProfiler = watchProfiler()) {
  const segments: { raw: RawSegment | undefined; untilMs: number }[] = [];
  const failures: unknown[] = [];
  const listener = {
    isRecording: true,
    isWanted: () => listener.isRecording,
    onSegment: (raw: RawSegment | undefined, untilMs: number) => segments.push({ raw, untilMs }),
    onFailure: (error: unknown) => failures.push(error),
  };
  const rotation = new Rotation(native, listener);
  onTestFinished(() => {
    rotation.stop();
    expect(native.running.size).toBe(0);
  });
  return { rotation, native, listener, segments, failures };
}

/** Ticks of V8 in these segments, as their own times on the clock say which of them count. */
function ticksOf(segments: readonly { raw: RawSegment | undefined }[]): number[] {
  return segments.flatMap(({ raw }) => {
    if (raw === undefined) return [];
    const { profile, startMs, fromMs, untilMs, startSamples } = raw;
    return profile.samples.flatMap(({ elapsed_since_start_ns }, i) => {
      const timeMs = startMs + Number(elapsed_since_start_ns) / 1e6;
      return startSamples.has(i) || timeMs < fromMs || timeMs >= untilMs ? [] : [timeMs];
    });
  });
}

/** The function that a sample was taken in. */
function leafOf({ profile: { samples, stacks, frames } }: RawSegment, sample: number): string | undefined {
  return frames[stacks[samples[sample]?.stack_id as number]?.[0] as number]?.function;
}

test('two V8 profiles run at the most, under two titles in turn', async () => {
  const { rotation, native } = setup();
  rotation.start();
  await serve(1500);
  rotation.stop();
  expect(native.titles.size).toBe(2);
  expect(native.mostRunning).toBe(2);
  expect(rotation.stops).toBeGreaterThanOrEqual(4);
  const started = native.calls.filter((call) => call.startsWith('start'));
  for (const [i, call] of started.slice(1).entries()) expect(call).not.toBe(started[i]);
  const [first, second] = [...native.titles];
  // The next is started before the last is stopped.
  expect(native.calls.slice(0, 3)).toEqual([`start ${first}`, `start ${second}`, `stop ${first}`]);
});

test('segments follow each other to the microsecond, each tick is in one, and no sample of a start is', async () => {
  const { rotation, segments } = setup();
  rotation.start();
  await serve(1500);
  rotation.stop();
  expect(segments.length).toBeGreaterThanOrEqual(4);
  for (const [i, { raw, untilMs }] of segments.entries()) {
    // Where V8's thread does not get to run for long, it may have nothing.
    if (raw === undefined) continue;
    expect(raw.untilMs).toBe(untilMs);
    if (i > 0) expect(raw.fromMs).toBe(segments[i - 1]?.untilMs);
    const leaves = [...raw.startSamples].map((sample) => leafOf(raw, sample));
    expect(new Set(leaves)).toEqual(new Set(['start']));
  }
  const ticks = segments.map((segment) => ticksOf([segment]).toSorted((a, b) => a - b));
  for (const [i, next] of ticks.slice(1).entries()) {
    const lastMs = ticks[i]?.at(-1) ?? Number.NEGATIVE_INFINITY;
    // The same tick, seen from two profiles, is at the same time but for a few microseconds.
    expect((next[0] ?? Number.POSITIVE_INFINITY) - lastMs).toBeGreaterThan(0.05);
  }
});

test('the recording ends when nothing is wanted, and can be started again', async () => {
  const { rotation, native, listener, segments } = setup();
  rotation.start();
  rotation.start();
  expect(rotation.running).toBe(1);
  listener.isRecording = false;
  rotation.rotate();
  expect(rotation.running).toBe(0);
  expect(segments).toHaveLength(1);
  rotation.stop();
  expect(segments).toHaveLength(1);
  listener.isRecording = true;
  rotation.start();
  expect(rotation.running).toBe(1);
  expect(native.calls.filter((call) => call.startsWith('start'))).toHaveLength(2);
});

test('what is not wanted any more while two run ends with them', async () => {
  const { rotation, listener, native } = setup();
  rotation.start();
  rotation.rotate();
  expect(rotation.running).toBe(2);
  listener.isRecording = false;
  rotation.rotate();
  expect([rotation.running, native.running.size]).toEqual([0, 0]);
});

test('a segment can be ended at once, in the same turn', () => {
  const { rotation, segments } = setup();
  rotation.rotateNow();
  expect(segments).toEqual([]);
  rotation.start();
  work(60);
  const nowMs = performance.now();
  rotation.rotateNow();
  expect(segments).toHaveLength(1);
  expect(segments[0]?.untilMs).toBeGreaterThanOrEqual(nowMs);
  expect(rotation.running).toBe(1);
  // In the midst of an overlap too.
  rotation.rotate();
  work(30);
  rotation.rotateNow();
  expect(segments).toHaveLength(3);
  expect(rotation.running).toBe(1);
});

test('whoever is in a hurry while a segment has just begun gets that one’s end too', async () => {
  const { rotation, segments } = setup();
  rotation.start();
  rotation.rotate();
  rotation.rotate();
  // An overlap is longer where V8's thread is late.
  await serve(300);
  expect(segments.length).toBeGreaterThanOrEqual(2);
  expect(rotation.running).toBeGreaterThanOrEqual(1);
});

test('a thread of V8’s that is stuck is recognised: all ends, and is started anew', async () => {
  const { rotation, native } = setup();
  native.change = withoutTicks;
  rotation.start();
  await serve(800);
  expect(rotation.restarts).toBeGreaterThanOrEqual(1);
  native.change = (profile) => profile;
  const { restarts } = rotation;
  await serve(800);
  expect(rotation.restarts).toBeLessThanOrEqual(restarts + 1);
  expect(rotation.running).toBeGreaterThan(0);
  expect(native.timesEmptied).toBe(rotation.restarts);
});

test('a stuck thread is not started anew for what nobody wants', async () => {
  const { rotation, native, listener } = setup();
  native.change = withoutTicks;
  rotation.start();
  work(220);
  rotation.rotate();
  listener.isRecording = false;
  await sleep(60);
  expect(rotation.restarts).toBe(1);
  expect(rotation.running).toBe(0);
});

const FAILING_STOPS = {
  'has none of that title': { change: () => null, failures: 0 },
  throws: {
    change: (): never => {
      throw new Error('the native stop failed');
    },
    failures: 1,
  },
};

test.each(Object.entries(FAILING_STOPS))(
  'where the native stop %s, the time has no segment, and the recording goes on',
  async (_, { change, failures: expected }) => {
    const { rotation, native, segments, failures } = setup();
    rotation.start();
    await serve(60);
    native.change = change;
    rotation.rotateNow();
    expect(segments).toHaveLength(1);
    expect(segments[0]?.raw).toBeUndefined();
    expect(failures).toHaveLength(expected * segments.length);
    native.change = (profile) => profile;
    await serve(1500);
    expect(segments.at(-1)?.raw?.profile.samples.length).toBeGreaterThan(1);
  },
);

test('what a native start throws is told, and the recording goes on', async () => {
  const native = watchProfiler();
  const { start } = native;
  native.start = () => {
    throw new Error('the native start failed');
  };
  const { rotation, failures, segments } = setup(native);
  rotation.start();
  expect(failures).toHaveLength(1);
  native.start = start;
  await serve(800);
  expect(failures).toHaveLength(1);
  expect(segments.at(-1)?.raw).toBeDefined();
});

test('timers do not hold the async context of whoever started it', async () => {
  const native = watchProfiler();
  const { rotation } = setup(native);
  const storage = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const { start } = native;
  native.start = (title) => {
    seen.push(storage.getStore());
    start(title);
  };
  storage.run('request', () => rotation.start());
  await serve(700);
  expect(seen.slice(0, 3)).toEqual(['request', undefined, undefined]);
});

test('the longest native stop is known', () => {
  const { rotation, native } = setup();
  native.change = (profile) => {
    work(20);
    return profile;
  };
  rotation.start();
  rotation.stop();
  expect(rotation.longestStopMs).toBeGreaterThanOrEqual(20);
});

test('a native stop that takes long is followed by shorter segments', async () => {
  const { rotation, native, segments } = setup();
  native.change = (profile) => {
    work(25);
    return profile;
  };
  rotation.start();
  await serve(1500);
  const lengths = segments.slice(1).map(({ untilMs }, i) => untilMs - (segments[i]?.untilMs as number));
  expect(Math.min(...lengths)).toBeLessThan(150);
});
