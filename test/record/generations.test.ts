import { expect, test } from 'vitest';
import { runToEnd } from '../../src/pace.ts';
import { NO_STACK } from '../../src/record/dictionary.ts';
import type { NativeProfile } from '../../src/record/segment.ts';
import { serve, untouched } from '../support/native-profiler.ts';
import { createHost, createRecorder } from '../support/recording.ts';
import { watchProfiler } from '../support/watched-profiler.ts';

const BUDGET_BYTES = 4 * 1024 * 1024;

/** A dictionary may take an eighth, and two of them are in use where one follows the other. */
const MAX_TABLE_BYTES = BUDGET_BYTES / 3;

let made = 0;

/** New functions all the time, as of templates or queries that are compiled, each on a stack of its own. */
function churn(): number {
  const names = Array.from({ length: 40 }, () => `generated${made++}_${'x'.repeat(40)}`);
  const body = names
    .map((name, i) => `function ${name}() { return ${names[i + 1] ?? 'last'}(); }`)
    .join('\n');
  const last = `function last() { let sum = 0; for (let i = 0; i < 4e5; i++) sum += i % 7; return sum; }`;
  return new Function(`${body}\n${last}\nreturn ${names[0]}();`)() as number;
}

/** More frames than this machine makes in a few seconds. */
function manyFrames(profile: NativeProfile | null): NativeProfile | null {
  const frames = profile?.frames.map((frame, i) => ({
    ...frame,
    function: `${frame.function} ${made++} ${i}`,
  }));
  return profile && { ...profile, frames: frames as NativeProfile['frames'] };
}

test('a service that makes new functions all the time takes no more than its bound, and its profiles stay right', async () => {
  const host = createHost(BUDGET_BYTES);
  const { recorder, failures } = createRecorder(undefined, host);
  const [beside, mostBytes] = ['beside', [] as number[]];
  for (let round = 0; round < 6; round++) {
    untouched.start(beside);
    const mark = recorder.open(host, () => {
      throw new Error('Expected room for it');
    });
    const endMs = performance.now() + 500;
    while (performance.now() < endMs) {
      churn();
      await serve(5);
    }
    recorder.close(mark, performance.now());
    const native = untouched.stop(beside) as NativeProfile;
    await recorder.ready(mark.untilMs);
    mostBytes.push(host.heldBytes);
    const { fromMs, untilMs } = mark;
    const cut = runToEnd(recorder.cutSteps([{ fromMs, untilMs, isContinued: false }]));
    recorder.release(mark);
    const known = new Set(native.frames.map((frame) => JSON.stringify(frame)));
    const unknown = cut.frames.map(String).filter((frame) => !known.has(frame));
    // A tick at the very end may not be in the other any more.
    expect(unknown.length).toBeLessThan(0.1 * cut.frames.length);
    expect(cut.frames.some((frame) => frame.includes('generated'))).toBe(true);
  }
  expect(failures).toEqual([]);
  expect(Math.max(...mostBytes)).toBeLessThan(MAX_TABLE_BYTES);
});

test('however many functions there are, tables keep to their share, and what goes on over several stays right', async () => {
  const native = watchProfiler();
  native.change = manyFrames;
  const host = createHost(1024 * 1024);
  const { recorder } = createRecorder(native, host);
  let marks = [0, 1, 2].map(() => recorder.open(host, () => {}));
  for (let round = 0; round < 20; round++) {
    await serve(100);
    recorder.settleNow();
    expect(host.heldBytes).toBeLessThanOrEqual(host.budgetBytes / 2);
    const [first, ...rest] = marks;
    if (first !== undefined) recorder.release(first);
    marks = [...rest, recorder.open(host, () => {})];
  }
  const [{ fromMs }] = marks as [{ fromMs: number }];
  const untilMs = performance.now();
  recorder.settleNow();
  const cut = runToEnd(recorder.cutSteps([{ fromMs, untilMs, isContinued: false }]));
  expect(cut.tickCount).toBeGreaterThan(5);
  for (const leaf of cut.leaves) {
    for (let call = leaf; call !== NO_STACK; call = cut.calls.at(call, 0)) {
      const { function: name } = JSON.parse(String(cut.frames[cut.calls.at(call, 1)]));
      expect(name).toMatch(/ \d+ \d+$/);
    }
  }
});
