import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runToEnd, STEPS_PER_CHECK, UNPACED } from '../../src/pace/pace.ts';
import { type Cut, type CutFrame, cutSegments, type Stretch } from '../../src/record/cut.ts';
import { Dictionary, NO_STACK } from '../../src/record/dictionary.ts';
import { readSegment, type Segment } from '../../src/record/segment.ts';
import { nativeFrame, type RawTick, rawProfile } from '../support/raw-profiles.ts';
import { ALWAYS_OVER, runCounting } from '../support/steps.ts';

/** A tick of a recording: its time, and the names of its functions, leaf first. */
type Tick = readonly [timeMs: number, names: string];

/** Segments of 100 ms, one after the other from 0 on; a new dictionary is begun with those of these numbers. */
function segmentsOf(ticks: readonly Tick[], newDictionaries: readonly number[] = []): Segment[] {
  let dictionary = new Dictionary();
  const count = Math.floor((ticks.at(-1)?.[0] ?? 0) / 100) + 1;
  return Array.from({ length: count }, (_, i) => {
    const [fromMs, untilMs] = [100 * i, 100 * (i + 1)];
    const own = ticks.filter(([timeMs]) => timeMs >= fromMs && timeMs < untilMs);
    const raw = own.map(([timeMs, names]): RawTick => [timeMs, ...names]);
    if (newDictionaries.includes(i)) dictionary = new Dictionary();
    const profile = rawProfile(raw, [fromMs + 50]);
    const startSamples = new Set<number>();
    return runToEnd(readSegment({ profile, startMs: 0, fromMs, untilMs, startSamples }, dictionary, UNPACED));
  });
}

const textOf = ({ id, dictionary }: CutFrame): string => dictionary.textOf(id).toString();

/** The samples of a cut in the same form. */
function samplesOf({ timesMs, stackIds, leaves, calls, frames }: Cut): Tick[] {
  return Array.from(timesMs, (timeMs, i) => {
    let names = '';
    for (let call = leaves[stackIds[i] as number] as number; call !== NO_STACK; call = calls.at(call, 0)) {
      names += JSON.parse(textOf(frames[calls.at(call, 1)] as CutFrame)).function;
    }
    return [timeMs, names];
  });
}

const cutOf = (segments: readonly Segment[], stretches: readonly Stretch[]): Cut =>
  runToEnd(cutSegments(segments, stretches, UNPACED));

const stretch = (fromMs: number, untilMs: number, isContinued = false): Stretch => ({
  fromMs,
  untilMs,
  isContinued,
});

/** The right result of a cut, in the plainest way. */
function expectedSamples(ticks: readonly Tick[], stretches: readonly Stretch[]): Tick[] {
  const parts = stretches.flatMap(
    ({ fromMs, untilMs, isContinued }): { samples: Tick[]; endMs: number }[] => {
      const before = ticks.findLast(([timeMs]) => timeMs < fromMs);
      const own = ticks.filter(([timeMs]) => timeMs >= fromMs && timeMs < untilMs);
      const samples = isContinued && before !== undefined ? [[fromMs, before[1]] as const, ...own] : own;
      return samples.length === 0 ? [] : [{ samples, endMs: untilMs }];
    },
  );
  return parts.flatMap(({ samples, endMs }, i) => {
    const isLast = i === parts.length - 1;
    return [...samples, [endMs, isLast ? (samples.at(-1)?.[1] as string) : ''] as const];
  });
}

const ticksArbitrary = fc
  .array(
    fc.tuple(fc.integer({ min: 0, max: 9990 }), fc.constantFrom('a', 'ba', 'ca', 'cba', 'aa', 'd', '')),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((ticks) =>
    ticks.map(([time, names]): Tick => [time / 10, names]).sort(([one], [other]) => one - other),
  );

/** Stretches in order, of which some continue the one before them at its end. */
const stretchesArbitrary = fc
  .array(fc.record({ pause: fc.nat(150), length: fc.nat(300), isContinued: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) => {
    let atMs = 0;
    return parts.map(({ pause, length, isContinued }): Stretch => {
      const fromMs = atMs + pause;
      atMs = fromMs + length;
      return stretch(fromMs, atMs, isContinued);
    });
  });

test('a cut is what was recorded in its stretches, wherever segments and dictionaries begin', () => {
  fc.assert(
    fc.property(
      ticksArbitrary,
      stretchesArbitrary,
      fc.array(fc.nat(10), { maxLength: 3 }),
      (ticks, stretches, newDictionaries) => {
        const cut = cutOf(segmentsOf(ticks, newDictionaries), stretches);
        expect(samplesOf(cut)).toEqual(expectedSamples(ticks, stretches));
      },
    ),
    { numRuns: 500 },
  );
});

test('nothing is in a cut that its samples do not refer to, and nothing twice', () => {
  fc.assert(
    fc.property(ticksArbitrary, stretchesArbitrary, fc.array(fc.nat(10)), (ticks, stretches, generations) => {
      const { stackIds, leaves, calls, frames } = cutOf(segmentsOf(ticks, generations), stretches);
      expect(new Set(stackIds).size).toBe(leaves.length);
      expect(new Set(leaves).size).toBe(leaves.length);
      const reached = new Set<number>();
      for (const leaf of leaves) for (let c = leaf; c !== NO_STACK; c = calls.at(c, 0)) reached.add(c);
      expect(reached.size).toBe(calls.size);
      const used = new Set(Array.from({ length: calls.size }, (_, call) => calls.at(call, 1)));
      expect(used.size).toBe(frames.length);
      expect(new Set(frames.map(textOf)).size).toBe(frames.length);
    }),
  );
});

const TICKS: Tick[] = [
  [10, 'a'],
  [20, 'ba'],
  [95, 'ca'],
  [110, 'a'],
];

test('the last tick stands until the end', () => {
  expect(samplesOf(cutOf(segmentsOf(TICKS), [stretch(0, 100)]))).toEqual([
    [10, 'a'],
    [20, 'ba'],
    [95, 'ca'],
    [100, 'ca'],
  ]);
});

test('between two stretches stands a sample without frames', () => {
  expect(samplesOf(cutOf(segmentsOf(TICKS), [stretch(0, 15), stretch(90, 120)]))).toEqual([
    [10, 'a'],
    [15, ''],
    [95, 'ca'],
    [110, 'a'],
    [120, 'a'],
  ]);
});

test('a stretch that goes on begins with the tick before it, be it in the segment before', () => {
  expect(samplesOf(cutOf(segmentsOf(TICKS), [stretch(105, 115, true)]))).toEqual([
    [105, 'ca'],
    [110, 'a'],
    [115, 'a'],
  ]);
});

test('without a tick there is nothing, unless it goes on from one', () => {
  expect(samplesOf(cutOf(segmentsOf(TICKS), [stretch(30, 60)]))).toEqual([]);
  expect(samplesOf(cutOf(segmentsOf(TICKS), [stretch(30, 60, true)]))).toEqual([
    [30, 'ba'],
    [60, 'ba'],
  ]);
});

test('two dictionaries are merged by what their frames say', () => {
  const ticks = [...TICKS, [210, 'ba'] as const];
  const cut = cutOf(segmentsOf(ticks, [2]), [stretch(0, 300)]);
  expect(cut.frames.map(textOf)).toEqual(['a', 'b', 'c'].map((name) => JSON.stringify(nativeFrame(name))));
  expect(cut.leaves.length).toBe(3);
});

test('resources are the scripts of the frames that are in it', () => {
  const { resources } = cutOf(segmentsOf(TICKS), [stretch(0, 30)]);
  expect([...resources].sort()).toEqual(['/app/a.js', '/app/b.js']);
});

test('what was measured is that of its stretches', () => {
  const ticks: Tick[] = [0, 1, 2, 3, 4].map((i) => [100 * i + 10, 'a']);
  const { measurements } = cutOf(segmentsOf(ticks), [
    stretch(100, 200),
    stretch(260, 350),
    stretch(350, 351),
  ]);
  expect(measurements.cpu_usage).toEqual({ unit: 'percent', timesMs: [150, 350], values: [0, 0] });
});

test('a large one is made in stretches', () => {
  const ticks = Array.from({ length: 6400 }, (_, i): Tick => [i / 64, 'a']);
  const { pauses } = runCounting(cutSegments(segmentsOf(ticks), [stretch(0, 100)], ALWAYS_OVER), {
    count: 0,
  });
  expect(pauses).toBeGreaterThanOrEqual(6400 / STEPS_PER_CHECK - 1);
});
