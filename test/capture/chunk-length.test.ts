import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  expectedChunkBytes,
  MIN_CHUNK_MS,
  nextChunkMs,
  STOP_TARGET_MS,
} from '../../src/capture/chunk-length.ts';

const MiB = 1024 * 1024;
const MAX_MS = 10_000;
const CHEAP = { ranMs: MAX_MS, stopMs: 1, bytes: MiB };

function next(cost: object, { currentMs = MAX_MS, roomBytes = 64 * MiB } = {}): number {
  return nextChunkMs(currentMs, MAX_MS, { ...CHEAP, ...cost }, roomBytes);
}

test('a chunk that costs little keeps its length', () => {
  expect(next({})).toBe(MAX_MS);
});

test('a stop that stalls cuts the next one in proportion', () => {
  expect(next({ stopMs: 4 * STOP_TARGET_MS })).toBe(MAX_MS / 4);
});

test('what takes more than its share of the room cuts the next one in proportion', () => {
  expect(next({ bytes: 4 * MiB }, { roomBytes: 4 * MiB })).toBe(MAX_MS / 2);
});

test('what was cut is regained step by step', () => {
  let currentMs = 2000;
  const lengths: number[] = [];
  while (currentMs < MAX_MS) {
    currentMs = next({ ranMs: currentMs }, { currentMs });
    lengths.push(currentMs);
  }
  expect(lengths).toEqual([3000, 4500, 6750, MAX_MS]);
});

test('a chunk that was ended early says nothing against the length in force', () => {
  expect(next({ ranMs: 50 }, { currentMs: 4000 })).toBe(6000);
});

test('no room at all gives the shortest', () => {
  expect(next({}, { roomBytes: 0 })).toBe(MIN_CHUNK_MS);
});

test('any cost gives a length in range', () => {
  const positive = fc.double({ min: 0, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(positive, positive, fc.nat(2 ** 40), fc.nat(2 ** 40), (ranMs, stopMs, bytes, roomBytes) => {
      const ms = nextChunkMs(2000, MAX_MS, { ranMs, stopMs, bytes: bytes + 1 }, roomBytes);
      expect(ms).toBeGreaterThanOrEqual(MIN_CHUNK_MS);
      expect(ms).toBeLessThanOrEqual(MAX_MS);
    }),
  );
});

test('a limit below the shortest length is a limit all the same', () => {
  expect(nextChunkMs(200, 200, { ...CHEAP, stopMs: 500 }, MiB)).toBe(200);
});

test('the first chunk is expected to take what a busy one takes, and no more than its share of the budget', () => {
  expect(expectedChunkBytes(MAX_MS, undefined, 64 * MiB)).toBe(3 * MiB);
  expect(expectedChunkBytes(MAX_MS, undefined, MiB)).toBe(MiB / 2);
});

test('a later one what the last one took, with a margin that a longer one does not exceed', () => {
  expect(expectedChunkBytes(MAX_MS / 2, CHEAP, 64 * MiB)).toBe(0.75 * MiB);
  expect(expectedChunkBytes(MAX_MS, CHEAP, 64 * MiB)).toBe(1.5 * MiB);
  expect(expectedChunkBytes(4 * MAX_MS, CHEAP, 64 * MiB)).toBe(1.5 * MiB);
  expect(expectedChunkBytes(MAX_MS, { ...CHEAP, ranMs: 0 }, 64 * MiB)).toBe(1.5 * MiB);
});
