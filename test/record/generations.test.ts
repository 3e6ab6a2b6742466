import { expect, test } from 'vitest';
import { runToEnd } from '../../src/pace/pace.ts';
import type { Cut, CutFrame } from '../../src/record/cut.ts';
import type { Mark } from '../../src/record/recorder.ts';
import type { NativeProfile } from '../../src/record/segment.ts';
import { serve, untouched } from '../support/native-profiler.ts';
import { createHost, createRecorder } from '../support/recording.ts';
import { watchProfiler } from '../support/watched-profiler.ts';

const BUDGET_BYTES = 4 * 1024 * 1024;
const SMALL_BUDGET_BYTES = 1024 * 1024;

/** The greatest depth of a tick: the functions that it makes, and those that call them. */
const TICK_FRAMES = 128;

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

/** Frames that nobody has seen before, and more of them than this machine makes in a few seconds. */
function newFrames(profile: NativeProfile | null): NativeProfile | null {
  const text = 'x'.repeat(300);
  const frames = profile?.frames.map((frame) => ({
    ...frame,
    function: `${frame.function} ${text} ${made++}`,
  }));
  return profile && { ...profile, frames: frames as NativeProfile['frames'] };
}

const textOf = ({ id, dictionary }: CutFrame): string => dictionary.textOf(id).toString();

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
    const cut = runToEnd(recorder.cut([{ fromMs, untilMs, isContinued: false }]));
    recorder.release(mark);
    const known = new Set(native.frames.map((frame) => JSON.stringify(frame)));
    const unknown = cut.frames.map(textOf).filter((frame) => !known.has(frame));
    // A tick at the very end may not be in the other any more.
    expect(unknown.length).toBeLessThanOrEqual(TICK_FRAMES);
    expect(cut.frames.some((frame) => textOf(frame).includes('generated'))).toBe(true);
  }
  expect(failures).toEqual([]);
  expect(Math.max(...mostBytes)).toBeLessThan(MAX_TABLE_BYTES);
});

test('however many functions there are, there is room for what goes on over several tables, and it stays right', async () => {
  const native = watchProfiler();
  native.change = newFrames;
  const { recorder, host } = createRecorder(native, createHost(SMALL_BUDGET_BYTES));
  const evicted: number[] = [];
  const open = (): Mark => recorder.open(host, () => evicted.push(madeBytes));
  let madeBytes = 0;
  let marks = [open(), open(), open()];
  while (madeBytes < 2 * SMALL_BUDGET_BYTES) {
    const before = made;
    await serve(30);
    recorder.settleNow(performance.now());
    madeBytes += 400 * (made - before);
    const [first, ...rest] = marks as [Mark];
    recorder.release(first);
    marks = [...rest, open()];
  }
  const [{ fromMs }] = marks as [Mark];
  const cutAll = (): Cut =>
    runToEnd(recorder.cut([{ fromMs, untilMs: performance.now(), isContinued: false }]));
  let cut = cutAll();
  // On a busy machine V8's thread may take no tick for longer than the marks are open.
  while (cut.timesMs.length < 2) {
    await serve(30);
    recorder.settleNow(performance.now());
    cut = cutAll();
  }
  expect(evicted).toEqual([]);
  for (const frame of cut.frames) expect(JSON.parse(textOf(frame)).function).toMatch(/ x{300} \d+$/);
});
