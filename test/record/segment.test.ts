import { expect, test } from 'vitest';
import { runToEnd, STEPS_PER_CHECK, UNPACED } from '../../src/pace/pace.ts';
import { Dictionary, NO_STACK } from '../../src/record/dictionary.ts';
import { type RawSegment, readSegment, type Segment, segmentBytes } from '../../src/record/segment.ts';
import { recordProfile } from '../support/native-profiler.ts';
import { resolveSamples } from '../support/profiles.ts';
import { nativeFrame, type RawTick, rawProfile } from '../support/raw-profiles.ts';
import { ALWAYS_OVER, runCounting } from '../support/steps.ts';

function segmentOf(ticks: readonly RawTick[], raw: Partial<RawSegment> = {}): Segment {
  const profile = rawProfile(ticks);
  const whole = { profile, startMs: 1000, fromMs: 1000, untilMs: 2000, startSamples: new Set<number>() };
  return runToEnd(readSegment({ ...whole, ...raw }, new Dictionary(), UNPACED));
}

/** The frames of a tick, leaf first. */
function framesOf({ stacks, dictionary }: Segment, tick: number): unknown[] {
  const frames: unknown[] = [];
  for (let id = stacks[tick] as number; id !== NO_STACK; id = dictionary.callerOf(id)) {
    frames.push(JSON.parse(dictionary.textOf(dictionary.leafOf(id)).toString()));
  }
  return frames;
}

const namesOf = (segment: Segment): string[] =>
  Array.from(segment.timesMs, (_, i) =>
    framesOf(segment, i)
      .map((frame) => (frame as { function: string }).function)
      .join(),
  );

test('ticks become times on the clock and stacks in the dictionary', () => {
  const segment = segmentOf([[0.5, 'a', 'main'], [10, 'b', 'a', 'main'], [20, 'a', 'main'], [30]]);
  expect([...segment.timesMs]).toEqual([1000.5, 1010, 1020, 1030]);
  expect(namesOf(segment)).toEqual(['a,main', 'b,a,main', 'a,main', '']);
  expect(segment.stacks[0]).toBe(segment.stacks[2]);
  expect(segment.stacks[3]).toBe(NO_STACK);
});

test('ticks of its own time are in it: its beginning is, its end is not', () => {
  const ticks: RawTick[] = [0, 9, 10, 50, 99, 100, 110].map((elapsedMs) => [elapsedMs, 'a']);
  const { timesMs } = segmentOf(ticks, { fromMs: 1010, untilMs: 1100 });
  expect([...timesMs]).toEqual([1010, 1050, 1099]);
});

test('ticks that were waiting when a profile started come in the order of their time', () => {
  const segment = segmentOf([
    [10, 'start'],
    [8, 'early'],
    [20, 'late'],
    [19, 'before'],
  ]);
  expect(namesOf(segment)).toEqual(['early', 'start', 'before', 'late']);
  expect([...segment.timesMs]).toEqual([1008, 1010, 1019, 1020]);
});

test('samples of starts are left out, and so are their stacks', () => {
  const ticks: RawTick[] = [
    [0, 'start'],
    [10, 'a'],
    [12, 'start'],
    [20, 'a'],
  ];
  const segment = segmentOf(ticks, { startSamples: new Set([0, 2]) });
  expect(namesOf(segment)).toEqual(['a', 'a']);
  // The frame of the other is the only one so far.
  expect(segment.dictionary.internFrame(nativeFrame('start'))).toBe(1);
});

test('a real profile is kept sample for sample, with all that its frames say', () => {
  const profile = recordProfile(300);
  const segment = runToEnd(
    readSegment(
      { profile, startMs: 0, fromMs: -1, untilMs: 10_000, startSamples: new Set() },
      new Dictionary(),
      UNPACED,
    ),
  );
  const expected = resolveSamples({ profile }).sort((a, b) => Number(a.time) - Number(b.time));
  expect(segment.timesMs.length).toBe(expected.length);
  for (const [i, { time, frames }] of expected.entries()) {
    expect(segment.timesMs[i]).toBeCloseTo(Number(time) / 1e6, 6);
    expect(framesOf(segment, i)).toEqual(frames);
  }
});

test('what was measured is cut by the same time, and put on the clock', () => {
  const profile = rawProfile([[10, 'a']], [5, 105, 205]);
  const { measurements } = segmentOf([], { profile, fromMs: 1100, untilMs: 1205 });
  expect(measurements).toEqual({ cpu_usage: { unit: 'percent', timesMs: [1105], values: [1] } });
});

test('a profile without measurements has none', () => {
  const { measurements: _, ...profile } = rawProfile([[10, 'a']]);
  expect(segmentOf([], { profile }).measurements).toEqual({});
});

test('what it takes follows its ticks', () => {
  const [small, large] = [10, 1000].map((count) =>
    segmentBytes(segmentOf(Array.from({ length: count }, (_, i): RawTick => [i / 10, 'a']))),
  ) as [number, number];
  expect(large - small).toBe(990 * 12);
});

test('a large one is made in stretches', () => {
  const profile = rawProfile(Array.from({ length: 5000 }, (_, i): RawTick => [i / 10, `f${i % 50}`]));
  const raw = { profile, startMs: 0, fromMs: 0, untilMs: 1000, startSamples: new Set<number>() };
  const { pauses } = runCounting(readSegment(raw, new Dictionary(), ALWAYS_OVER), { count: 0 });
  expect(pauses).toBeGreaterThanOrEqual(Math.floor(5000 / STEPS_PER_CHECK));
});
