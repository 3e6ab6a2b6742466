import { expect, test } from 'vitest';
import type { NativeProfile } from '../../src/capture/bindings.ts';
import { ChunkOverlap } from '../../src/capture/chunk-overlap.ts';
import { bindings, CHUNK, recordProfile, sleep, TRANSACTION, work } from '../support/native-profiler.ts';

/** What the native profiler samples at, and its resolution of time. */
const INTERVAL_SECONDS = 0.01;
const MILLISECOND = 0.001;

function profileOf(...timestamps: number[]): NativeProfile {
  const samples = timestamps.map((timestamp) => ({ stack_id: 0, thread_id: '0', timestamp }));
  return { samples, stacks: [[0]], frames: [{ function: 'f' }] };
}

const timesOf = ({ samples }: NativeProfile): number[] => samples.map(({ timestamp }) => timestamp as number);

test('real profiles that overlap have no tick twice after trimming, and none is lost', async () => {
  const overlap = new ChunkOverlap();
  const times: number[][] = [];
  bindings.startProfiling('0');
  for (let i = 1; i <= 5; i++) {
    work(60);
    await sleep(10);
    bindings.startProfiling(String(i));
    work(i * 10);
    const profile = bindings.stopProfiling(String(i - 1), CHUNK) as NativeProfile;
    overlap.trim(profile);
    // The native profiler lists the sample of a start before ticks that came earlier.
    times.push(timesOf(profile).sort((a, b) => a - b));
  }
  bindings.stopProfiling('5', CHUNK);
  const between = times.slice(1).map((next, i) => (next[0] as number) - (times[i]?.at(-1) as number));
  // The same tick, seen from two profiles, is at most a millisecond apart.
  expect(Math.min(...between)).toBeGreaterThan(1.5 * MILLISECOND);
  const within = times.flatMap((list) => list.slice(1).map((time, i) => time - (list[i] as number)));
  // A machine with other things to do takes some ticks late: but not most of those between chunks, and no others.
  const median = between.toSorted((a, b) => a - b)[Math.floor(between.length / 2)];
  expect(median).toBeLessThan(Math.max(...within, 3 * INTERVAL_SECONDS));
});

test('what is not later than the end of the last is taken out, in place', () => {
  const overlap = new ChunkOverlap();
  overlap.trim(profileOf(1, 2, 3));
  const next = profileOf(2, 2.5, 3, 3.001, 3.01, 4);
  const { samples } = next;
  overlap.trim(next);
  expect(timesOf(next)).toEqual([3.01, 4]);
  expect(next.samples).toBe(samples);
});

test('neither the order of the last nor that of the next matters', () => {
  const overlap = new ChunkOverlap();
  overlap.trim(profileOf(1, 3, 2));
  const next = profileOf(4, 3, 2, 5);
  overlap.trim(next);
  expect(timesOf(next)).toEqual([4, 5]);
});

test('one that adds nothing is empty, and the end stays where it was', () => {
  const overlap = new ChunkOverlap();
  overlap.trim(profileOf(1, 2, 3));
  const within = profileOf(2, 2.5);
  overlap.trim(within);
  expect(within.samples).toEqual([]);
  const next = profileOf(2.8, 3, 3.5);
  overlap.trim(next);
  expect(timesOf(next)).toEqual([3.5]);
});

test('a clock that is set back costs no sample, then or later', () => {
  const overlap = new ChunkOverlap();
  overlap.trim(profileOf(4000, 4010));
  const after = profileOf(400, 410);
  overlap.trim(after);
  expect(timesOf(after)).toEqual([400, 410]);
  const next = profileOf(410, 420);
  overlap.trim(next);
  expect(timesOf(next)).toEqual([420]);
});

test('a profile of a transaction, or one without samples, stays as it is', () => {
  const overlap = new ChunkOverlap();
  for (const profile of [recordProfile(30, TRANSACTION), recordProfile(30, TRANSACTION), profileOf()]) {
    const before = JSON.stringify(profile);
    overlap.trim(profile);
    expect(JSON.stringify(profile)).toBe(before);
  }
});
