import { expect, test } from 'vitest';
import { runToEnd } from '../../src/pace/pace.ts';
import type { Cut } from '../../src/record/cut.ts';
import type { Mark, Recorder } from '../../src/record/recorder.ts';
import type { NativeProfile } from '../../src/record/segment.ts';
import { serve, sleep, work } from '../support/native-profiler.ts';
import { createHost, createRecorder } from '../support/recording.ts';
import { watchProfiler } from '../support/watched-profiler.ts';

const KiB = 1024;

const none = (): void => {};

function cut(recorder: Recorder, { fromMs, untilMs }: Mark): Cut {
  return runToEnd(recorder.cut([{ fromMs, untilMs, isContinued: false }]));
}

test('nothing runs when nothing is open, and one recording serves all that are', async () => {
  const native = watchProfiler();
  const { recorder, host } = createRecorder(native);
  expect(native.calls).toEqual([]);
  const marks = Array.from({ length: 20 }, () => recorder.open(host, none));
  await serve(700);
  expect(native.mostRunning).toBeLessThanOrEqual(2);
  for (const mark of marks) recorder.close(mark, performance.now());
  await sleep(400);
  expect([recorder.running, native.running.size]).toEqual([0, 0]);
});

test('what opens a moment after the last has closed goes on with the same V8 profile', async () => {
  const native = watchProfiler();
  const { recorder, host } = createRecorder(native);
  recorder.close(recorder.open(host, none), performance.now());
  expect(recorder.running).toBe(1);
  await sleep(10);
  recorder.open(host, none);
  await sleep(100);
  expect(native.calls).toHaveLength(1);
});

test('a stretch is recorded when the segment has ended that holds its end', async () => {
  const { recorder, host } = createRecorder();
  const mark = recorder.open(host, none);
  const other = recorder.open(host, none);
  await serve(150);
  recorder.close(mark, performance.now());
  let isReady = false;
  const ready = recorder.ready(mark.untilMs).then(() => {
    isReady = true;
  });
  await null;
  expect(isReady).toBe(false);
  await ready;
  expect(cut(recorder, mark).timesMs.length).toBeGreaterThan(1);
  recorder.close(other, performance.now());
});

test('whoever is in a hurry need not wait for the segment, nor for the moment after the last mark', async () => {
  const { recorder, host } = createRecorder();
  const mark = recorder.open(host, none);
  await serve(150);
  recorder.close(mark, performance.now());
  recorder.hurry();
  expect(recorder.running).toBe(0);
  await recorder.ready(mark.untilMs);
  expect(cut(recorder, mark).timesMs.length).toBeGreaterThan(1);
});

test('what can’t wait has everything up to now in the same turn', () => {
  const { recorder, host } = createRecorder();
  const mark = recorder.open(host, none);
  work(150);
  recorder.close(mark, performance.now());
  recorder.settleNow(performance.now());
  expect(cut(recorder, mark).timesMs.length).toBeGreaterThan(1);
});

test('a mark keeps what was recorded in its time, and lets go of it', async () => {
  const { recorder, host } = createRecorder();
  const first = recorder.open(host, none);
  await serve(1000);
  const second = recorder.open(host, none);
  recorder.close(first, performance.now());
  await serve(600);
  recorder.close(second, performance.now());
  await recorder.ready(second.untilMs);
  const [ticks, ticksOfSecond] = [first, second].map((mark) => cut(recorder, mark).timesMs.length);
  expect(ticks).toBeGreaterThan(5);
  recorder.release(first);
  // But for those in the segment that the second began in, and in the one before it.
  expect(cut(recorder, first).timesMs.length).toBeLessThan(ticks as number);
  expect(cut(recorder, second).timesMs.length).toBe(ticksOfSecond);
  recorder.release(second);
  recorder.hurry();
  expect(cut(recorder, second).timesMs.length).toBe(0);
  expect(host.heldBytes).toBe(0);
});

test('to release or to close twice changes nothing', async () => {
  const { recorder, host } = createRecorder();
  const [first, second] = [recorder.open(host, none), recorder.open(host, none)];
  recorder.close(first, performance.now());
  recorder.close(first, 5);
  expect(first.untilMs).toBeGreaterThan(5);
  recorder.release(first);
  recorder.release(first);
  recorder.close(first, performance.now());
  await sleep(150);
  // The second is open still.
  expect(recorder.running).toBeGreaterThan(0);
  recorder.release(second);
  await sleep(150);
  expect(recorder.running).toBe(0);
});

test('with nothing open and nothing kept, it holds nothing after a while', async () => {
  const { recorder, host } = createRecorder();
  const mark = recorder.open(host, none);
  await serve(300);
  expect(host.heldBytes).toBeGreaterThan(0);
  recorder.close(mark, performance.now());
  recorder.release(mark);
  await sleep(1600);
  expect(host.heldBytes).toBe(0);
});

/** Of a service whose ticks are many, and take more than its functions do. */
function multiplySamples(profile: NativeProfile | null): NativeProfile | null {
  const samples = profile?.samples.flatMap((sample) =>
    Array.from({ length: 100 }, (_, i) => {
      const elapsedNs = Number(sample.elapsed_since_start_ns) + 1000 * i;
      return { ...sample, elapsed_since_start_ns: String(elapsedNs) };
    }),
  );
  return profile && { ...profile, samples: samples as NativeProfile['samples'] };
}

test('without room the mark that began first is let go of, and told; the others stay', async () => {
  const native = watchProfiler();
  native.change = multiplySamples;
  const { recorder, host } = createRecorder(native, createHost(1024 * KiB));
  const evicted: string[] = [];
  recorder.open(host, () => evicted.push('first'));
  const record = async (segments: number): Promise<void> => {
    for (let i = 0; i < segments; i++) {
      await serve(80);
      recorder.settleNow(performance.now());
    }
  };
  await record(12);
  const second = recorder.open(host, () => evicted.push('second'));
  host.roomBytes = host.heldBytes;
  await record(4);
  expect(evicted).toEqual(['first']);
  expect(cut(recorder, { ...second, untilMs: performance.now() }).timesMs.length).toBeGreaterThan(100);
});

test('where there is no room at all, nothing is kept, and V8 is stopped', async () => {
  const { recorder, host } = createRecorder(undefined, createHost(1024 * KiB));
  const evicted: number[] = [];
  for (let i = 0; i < 3; i++) recorder.open(host, () => evicted.push(i));
  host.roomBytes = 0;
  await serve(800);
  expect(evicted).toEqual([0, 1, 2]);
  await sleep(150);
  expect(recorder.running).toBe(0);
  expect(host.heldBytes).toBe(0);
});

test('two budgets share what the recording takes, and each stops paying when it has no mark', async () => {
  // The tables alone take more of such small budgets than the recorder takes from the start.
  const { recorder, host } = createRecorder(undefined, createHost(512 * KiB));
  const other = createHost(512 * KiB);
  const detach = recorder.attach(other);
  const first = recorder.open(host, none);
  await serve(100);
  recorder.settleNow(performance.now());
  const alone = host.heldBytes;
  expect(other.heldBytes).toBe(0);
  const second = recorder.open(other, none);
  expect(host.heldBytes).toBe(alone / 2);
  expect(other.heldBytes).toBe(alone / 2);
  recorder.release(first);
  expect(host.heldBytes).toBe(0);
  recorder.release(second);
  detach();
  expect(other.heldBytes).toBe(0);
});

test('a host that is taken away takes its marks with it; with the last one the recording ends', async () => {
  const { recorder, host, detach } = createRecorder();
  const other = createHost();
  const detachOther = recorder.attach(other);
  recorder.open(host, none);
  const kept = recorder.open(other, none);
  await serve(50);
  detach();
  expect(host.heldBytes).toBe(0);
  expect(recorder.running).toBe(1);
  await serve(300);
  recorder.settleNow(performance.now());
  expect(cut(recorder, { ...kept, untilMs: performance.now() }).timesMs.length).toBeGreaterThan(0);
  detachOther();
  expect([recorder.running, other.heldBytes]).toEqual([0, 0]);
});

test('from its first mark on it takes a little, so that it has room to grow', () => {
  const { recorder, host } = createRecorder();
  const mark = recorder.open(host, none);
  expect(host.heldBytes).toBe(256 * KiB);
  recorder.release(mark);
  recorder.hurry();
  expect(host.heldBytes).toBe(0);
  const small = createHost(1024 * KiB);
  const detach = recorder.attach(small);
  recorder.open(small, none);
  expect(small.heldBytes).toBe(64 * KiB);
  detach();
});

test('what fails is told, and what waits for it does not wait for ever', async () => {
  const native = watchProfiler();
  const { recorder, host, failures } = createRecorder(native);
  const mark = recorder.open(host, none);
  native.change = () => {
    throw new Error('the native stop failed');
  };
  await serve(30);
  recorder.close(mark, performance.now());
  await recorder.ready(mark.untilMs);
  expect(failures).toHaveLength(1);
  expect(cut(recorder, mark).timesMs.length).toBe(0);
});

test('what is no profile is told, and what waits for it does not wait for ever', async () => {
  const native = watchProfiler();
  const { recorder, host, failures } = createRecorder(native);
  const mark = recorder.open(host, none);
  native.change = (profile) => profile && { ...profile, samples: undefined as never };
  await serve(60);
  recorder.close(mark, performance.now());
  await recorder.ready(mark.untilMs);
  expect(failures.length).toBeGreaterThan(0);
  native.change = (profile) => profile;
  const next = recorder.open(host, none);
  await serve(200);
  recorder.close(next, performance.now());
  await recorder.ready(next.untilMs);
  expect(cut(recorder, next).timesMs.length).toBeGreaterThan(1);
});

test('a host without room gives up marks of its own, not those of another', async () => {
  const { recorder, host } = createRecorder();
  const full = createHost(0);
  const detach = recorder.attach(full);
  const evicted: string[] = [];
  for (let i = 0; i < 3; i++) recorder.open(host, () => evicted.push('roomy'));
  for (let i = 0; i < 2; i++) recorder.open(full, () => evicted.push('full'));
  await serve(600);
  expect(evicted).toEqual(['full', 'full']);
  detach();
});
