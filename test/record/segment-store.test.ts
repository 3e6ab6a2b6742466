import { expect, test } from 'vitest';
import { runToEnd, UNPACED } from '../../src/pace/pace.ts';
import type { Dictionary } from '../../src/record/dictionary.ts';
import { readSegment, type Segment, segmentBytes } from '../../src/record/segment.ts';
import { SegmentStore } from '../../src/record/segment-store.ts';
import { nativeFrame, type RawTick, rawProfile } from '../support/raw-profiles.ts';

const PLENTY = 2 ** 30;

/** A segment of ten ticks that begins at that second. */
function segmentAt(second: number, dictionary: Dictionary): Segment {
  const profile = rawProfile(Array.from({ length: 10 }, (_, i): RawTick => [10 * i, 'a']));
  const fromMs = 1000 * second;
  const raw = { profile, startMs: fromMs, fromMs, untilMs: fromMs + 1000, startSamples: new Set<number>() };
  return runToEnd(readSegment(raw, dictionary, UNPACED));
}

function fill(store: SegmentStore, seconds: readonly number[], maxBytes = PLENTY): Dictionary {
  for (const second of seconds) store.add(segmentAt(second, store.dictionary(maxBytes)));
  return store.dictionary(maxBytes);
}

const secondsIn = ({ segments }: SegmentStore): number[] => segments.map(({ fromMs }) => fromMs / 1000);

function grow(dictionary: Dictionary, maxBytes: number): void {
  for (let i = 0; dictionary.bytes <= maxBytes; i++) dictionary.internFrame(nativeFrame(`function ${i}`));
}

test('what it takes is its segments and its dictionaries, and falls when they go', () => {
  const store = new SegmentStore();
  expect(store.bytes).toBe(0);
  const dictionary = fill(store, [0, 1, 2]);
  const ownBytes = store.segments.reduce((sum, segment) => sum + segmentBytes(segment), 0);
  expect(store.bytes).toBe(dictionary.bytes + ownBytes);
  store.forgetAll();
  expect(store.bytes).toBe(dictionary.bytes);
  store.clear();
  expect(store.bytes).toBe(0);
});

test.each([
  [0, [0, 1, 2, 3]],
  [1500, [0, 1, 2, 3]],
  [2000, [1, 2, 3]],
  [2999, [1, 2, 3]],
  [9000, [2, 3]],
])(
  'what ends before %d ms goes, but for the segment before, which may hold the tick that goes on',
  (timeMs, kept) => {
    const store = new SegmentStore();
    fill(store, [0, 1, 2, 3]);
    store.forgetBefore(timeMs);
    expect(secondsIn(store)).toEqual(kept);
  },
);

test('a dictionary that has grown too large is followed by another, and goes with the last segment that needs it', () => {
  const maxBytes = 128 * 1024;
  const store = new SegmentStore();
  const first = fill(store, [0, 1], maxBytes);
  expect(store.dictionary(maxBytes)).toBe(first);
  grow(first, maxBytes);
  const second = fill(store, [2, 3], maxBytes);
  expect(second).not.toBe(first);
  expect(store.bytes).toBeGreaterThan(first.bytes + second.bytes);
  store.forgetBefore(2000);
  expect(secondsIn(store)).toEqual([1, 2, 3]);
  expect(store.bytes).toBeGreaterThan(first.bytes);
  store.forgetBefore(3000);
  expect(secondsIn(store)).toEqual([2, 3]);
  expect(store.bytes).toBeLessThan(second.bytes + 10_000);
});

test('with all segments gone the dictionary in use stays for those to come', () => {
  const store = new SegmentStore();
  const dictionary = fill(store, [0]);
  store.forgetAll();
  expect(store.dictionary(PLENTY)).toBe(dictionary);
  store.clear();
  expect(store.dictionary(PLENTY)).not.toBe(dictionary);
});

test('what no mark needs goes, though an older one is kept', () => {
  const store = new SegmentStore();
  fill(store, [0, 1, 2, 3, 4, 5, 6]);
  store.forgetUnmarked([
    { fromMs: 1200, untilMs: 1800 },
    { fromMs: 5500, untilMs: Number.POSITIVE_INFINITY },
  ]);
  // Of each, the one before as well: a stretch that goes on begins with the tick before it.
  expect(secondsIn(store)).toEqual([0, 1, 4, 5, 6]);
  store.forgetUnmarked([]);
  expect(secondsIn(store)).toEqual([]);
});
