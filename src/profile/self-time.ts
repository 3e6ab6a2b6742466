import type { CompactProfile } from './compact.ts';
import type { SampleColumns } from './sample-columns.ts';

/** The leaf of a stack with no frames: an idle tick. */
export const IDLE = -1;

/** For each stack the frame that was running, which is its function: frames of a compact profile differ by value. */
export function leavesOf({ profile }: CompactProfile): Int32Array {
  return Int32Array.from(profile.stacks, (stack) => stack[0] ?? IDLE);
}

/** The samples of each thread, in the order of the profile. */
export function byThread({ threads, threadIds }: SampleColumns): Uint32Array[] {
  const counts = new Uint32Array(threadIds.length);
  for (const thread of threads) counts[thread] = (counts[thread] as number) + 1;
  const lists = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let i = 0; i < threads.length; i++) {
    const thread = threads[i] as number;
    const next = counts[thread] as number;
    (lists[thread] as Uint32Array)[next] = i;
    counts[thread] = next + 1;
  }
  return lists;
}

/**
 * How far the shares of time that functions took themselves have moved by leaving samples out: half of the sum of all
 * differences (total variation distance), 0 where none has moved, 1 where nothing is left in its place. A sample stands
 * for the time until the next one of its thread.
 */
export function selfTimeDistance(
  columns: SampleColumns,
  leaves: Int32Array,
  threads: readonly Uint32Array[],
  isKept: Uint8Array,
): number {
  const before = new Map<number, number>();
  const after = new Map<number, number>();
  for (const samples of threads) {
    addSelfTimes(before, columns, leaves, samples);
    const kept = samples.filter((sample) => isKept[sample] === 1);
    addSelfTimes(after, columns, leaves, kept);
  }
  const totalBefore = sum(before.values());
  const totalAfter = sum(after.values());
  if (totalBefore === 0 || totalAfter === 0) return totalBefore === totalAfter ? 0 : 1;
  let difference = 0;
  for (const [leaf, time] of before) {
    difference += Math.abs(time / totalBefore - (after.get(leaf) ?? 0) / totalAfter);
  }
  // Times so far apart that their sum is no number show nothing.
  return Number.isFinite(difference) ? difference / 2 : 1;
}

function addSelfTimes(
  selfTimes: Map<number, number>,
  { stackIds, times }: SampleColumns,
  leaves: Int32Array,
  samples: Uint32Array,
): void {
  for (let i = 0; i + 1 < samples.length; i++) {
    const sample = samples[i] as number;
    const leaf = leaves[stackIds[sample] as number] as number;
    const time = Math.max(0, (times[samples[i + 1] as number] as number) - (times[sample] as number));
    selfTimes.set(leaf, (selfTimes.get(leaf) ?? 0) + time);
  }
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
