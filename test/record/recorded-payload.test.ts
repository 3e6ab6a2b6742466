import { expect, test } from 'vitest';
import { encodeProfile } from '../../src/encoder.ts';
import { runToEnd, UNPACED } from '../../src/pace/pace.ts';
import { readColumns } from '../../src/profile/sample-columns.ts';
import { cutStretch, stretchOf, timelineOf } from '../../src/profile/split.ts';
import type { Profile } from '../../src/profile/types.ts';
import { type Cut, cutSegments } from '../../src/record/cut.ts';
import { Dictionary } from '../../src/record/dictionary.ts';
import type { Clock } from '../../src/record/recorded-lists.ts';
import { makeProfile, recordedPayload } from '../../src/record/recorded-payload.ts';
import { type NativeProfile, readSegment } from '../../src/record/segment.ts';
import type { StandIn } from '../../src/record/stand-in.ts';
import { recordProfile } from '../support/native-profiler.ts';
import { numbersBelow } from '../support/profiles.ts';
import { nativeFrame, type RawTick, rawProfile } from '../support/raw-profiles.ts';

const CLOCKS: Clock[] = [
  { format: 'transaction', startMs: 0 },
  { format: 'chunk', epochMs: 1_793_534_400_123.25 },
];

/** A native profile as a cut of its whole time. */
function cutOf(profile: NativeProfile, untilMs = 60_000): Cut {
  const raw = { profile, startMs: 0, fromMs: 0, untilMs, startSamples: new Set<number>() };
  const segment = runToEnd(readSegment(raw, new Dictionary(), UNPACED));
  return runToEnd(cutSegments([segment], [{ fromMs: 0, untilMs, isContinued: false }], UNPACED));
}

/** A payload as the SDK builds it around the stand-in for the profile. */
const payload = (): Profile =>
  ({
    version: 'any',
    measurements: 'replaced',
    debug_meta: { images: [], other: 1 },
    profile: { samples: [], frames: [], stacks: [], thread_metadata: { 0: { name: 'main' } } },
    transaction: { name: 'GET /' },
  }) as unknown as Profile;

const around = (): StandIn['around'] => payload() as StandIn['around'];

const encoded = (profile: object): Buffer => Buffer.concat([...encodeProfile(profile)]);

const ODD: RawTick[] = [
  [0.5, 'ü€😀"\\\n', 'main'],
  [10.123_456, 'a'.repeat(20_000), 'main'],
  [20, '\u2028', 'a'.repeat(70_000)],
  [30],
  [40, 'main'],
];

test.each(CLOCKS)(
  '$format: what is written is the JSON of the same profile made of objects, to the byte',
  (clock) => {
    for (const native of [recordProfile(400), rawProfile(ODD, [5, 15.5]), rawProfile([[1, 'a']])]) {
      const cut = cutOf(native);
      const { profile } = recordedPayload(payload(), around(), cut, clock, () => []);
      const { samples, stacks, frames, measurements } = makeProfile(cut, clock, () => []);
      const stock = payload() as Profile & { profile: object };
      const objects = { ...stock, measurements, profile: { ...stock.profile, samples, stacks, frames } };
      expect(encoded(profile).equals(Buffer.from(JSON.stringify(objects)))).toBe(true);
    }
  },
);

test.each(CLOCKS)('$format: so it is in parts', (clock) => {
  const { profile } = recordedPayload(payload(), around(), cutOf(recordProfile(400)), clock, () => []);
  const columns = runToEnd(readColumns(profile, UNPACED));
  const stretch = stretchOf(timelineOf(columns), 3, 9);
  const { profile: part } = runToEnd(cutStretch(profile, columns, stretch, UNPACED));
  const { samples, stacks, frames } = part.profile;
  const listOf = <T>({ length, at }: { length: number; at: (i: number) => T }, list: object): T[] =>
    Array.from({ length }, (_, i) => at.call(list, i));
  const objects = {
    ...part,
    profile: {
      ...part.profile,
      samples: Array.from({ length: samples.length }, (_, i) => samples.at(i)),
      stacks: listOf(stacks as never, stacks),
      frames: Array.from({ length: frames.length }, (_, i) => frames.at(i)),
    },
  };
  expect(samples.length).toBe(7);
  expect(encoded(part).equals(Buffer.from(JSON.stringify(objects)))).toBe(true);
});

test('samples by column say what they say as objects', () => {
  for (const clock of CLOCKS) {
    const { profile } = recordedPayload(payload(), around(), cutOf(recordProfile(200)), clock, () => []);
    const { samples } = profile.profile;
    const { times, stackIds, threads, threadIds, length, isSorted } = runToEnd(readColumns(profile, UNPACED));
    expect({ length, isSorted }).toEqual({ length: samples.length, isSorted: true });
    for (let i = 0; i < length; i++) {
      const { stack_id, thread_id, timestamp, elapsed_since_start_ns } = samples.at(i);
      expect(stackIds[i]).toBe(stack_id);
      expect(threadIds[threads[i] as number]).toBe(thread_id);
      expect(times[i]).toBe(timestamp ?? Number(elapsed_since_start_ns));
    }
  }
});

test('times are in the unit of the format, to the microsecond that V8 counts', () => {
  const cut = cutOf(rawProfile([[10.123_456_789, 'a']], [12.5]), 20);
  const [transaction, chunk] = CLOCKS.map((clock) => makeProfile(cut, clock, () => []));
  expect(transaction?.samples.map((one) => one.elapsed_since_start_ns)).toEqual(['10123000', '20000000']);
  expect(transaction?.measurements).toEqual({
    cpu_usage: { unit: 'percent', values: [{ value: 0, elapsed_since_start_ns: 12_500_000 }] },
  });
  const seconds = 1_793_534_400.123_25;
  const [first] = chunk?.samples ?? [];
  expect(first?.timestamp).toBeCloseTo(seconds + 0.010_123, 5);
  expect(chunk?.measurements).toEqual({
    cpu_usage: { unit: 'percent', values: [{ value: 0, timestamp: expect.closeTo(seconds + 0.0125, 5) }] },
  });
});

test('what was measured nowhere in its time is left out', () => {
  const cut = cutOf(rawProfile([[10, 'a']], [100]), 50);
  expect(makeProfile(cut, CLOCKS[0] as Clock, () => []).measurements).toEqual({});
});

test('debug images are those of the scripts that are in it, and what else is said of debugging stays', () => {
  const cut = cutOf(rawProfile([[10, 'a', 'b']]));
  const asked: (readonly string[])[] = [];
  const find = (images: unknown[]) => (paths: readonly string[]) => {
    asked.push(paths);
    return images;
  };
  const clock = CLOCKS[0] as Clock;
  const { profile } = recordedPayload(payload(), around(), cut, clock, find([{ code_file: '/app/a.js' }]));
  expect(asked[0]?.toSorted()).toEqual(['/app/a.js', '/app/b.js']);
  expect(profile).toMatchObject({ debug_meta: { images: [{ code_file: '/app/a.js' }], other: 1 } });
  const without = recordedPayload(payload(), around(), cut, clock, find([])).profile;
  expect(without).toMatchObject({ debug_meta: { images: [], other: 1 } });
});

test('what surrounds the lists is as it was, keys in their order', () => {
  const { profile } = recordedPayload(
    payload(),
    around(),
    cutOf(rawProfile([[10, 'a']])),
    CLOCKS[0] as Clock,
    () => [],
  );
  expect(Object.keys(profile)).toEqual(Object.keys(payload()));
  expect(Object.keys(profile.profile)).toEqual(Object.keys(payload().profile));
  expect(JSON.parse(String(encoded(profile)))).toMatchObject({
    transaction: { name: 'GET /' },
    profile: { thread_metadata: { 0: { name: 'main' } } },
  });
});

/** A few functions on thousands of paths. */
function manyPaths(): NativeProfile {
  const below = numbersBelow(5);
  const stack = (): string[] => Array.from({ length: 20 }, () => `function${below(20)}`);
  return rawProfile(Array.from({ length: 1000 }, (_, i): RawTick => [10 * i, ...stack()]));
}

test('what is saved is what a native profile of the same ticks would have measured more', () => {
  for (const [i, native] of [recordProfile(300), recordProfile(1500), manyPaths()].entries()) {
    const { samples, stacks, frames } = native;
    const cut = cutOf(native);
    const clock = CLOCKS[0] as Clock;
    const { profile, savedBytes } = recordedPayload(payload(), around(), cut, clock, () => []);
    const whole = payload();
    const stock = {
      ...whole,
      measurements: makeProfile(cut, clock, () => []).measurements,
      profile: { ...whole.profile, samples, stacks, frames },
    };
    const originalBytes = Buffer.byteLength(JSON.stringify(stock));
    const ratio = (encoded(profile).length + savedBytes) / originalBytes;
    expect(Math.abs(ratio - 1), `${i}: ${ratio}`).toBeLessThan(0.02);
  }
});

test('a frame that stands on two paths is listed once', () => {
  const { profile } = recordedPayload(
    payload(),
    around(),
    cutOf(
      rawProfile([
        [1, 'a', 'main'],
        [2, 'a', 'b', 'main'],
      ]),
    ),
    CLOCKS[0] as Clock,
    () => [],
  );
  const { frames } = JSON.parse(String(encoded(profile))).profile;
  expect(frames.map(({ function: name }: { function: string }) => name).sort()).toEqual(['a', 'b', 'main']);
  expect(frames).toContainEqual(nativeFrame('a'));
});
