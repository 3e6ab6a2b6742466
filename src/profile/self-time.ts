import { type Pace, STEPS_PER_CHECK } from '../pace/pace.ts';
import type { Thread } from './threads.ts';

/**
 * The time that each function took itself, by its number, in a profile of which some samples are kept. A kept sample stands for
 * the time until the next one of its thread.
 */
export function* sumSelfTimes(
  threads: readonly Thread[],
  isKept: Uint8Array,
  functionCount: number,
  pace: Pace,
): Generator<void, Float64Array> {
  const selfTimes = new Float64Array(functionCount);
  for (const { samples, times, functions } of threads) {
    let last = -1;
    for (let i = 0; i < samples.length; i++) {
      if (isKept[samples[i]!] === 1) {
        if (last >= 0) {
          const id = functions[last]!;
          const time = Math.max(0, times[i]! - times[last]!);
          selfTimes[id] = selfTimes[id]! + time;
        }
        last = i;
      }
      if (i % STEPS_PER_CHECK === 0 && pace.isOver()) yield;
    }
  }
  return selfTimes;
}

/**
 * How far thinning has moved the shares of time that functions took themselves. It is half of the sum of all differences (total
 * variation distance): 0 if no share has moved, 1 if nothing is left in its place.
 */
export function selfTimeDistance(before: Float64Array, after: Float64Array): number {
  const totalBefore = sum(before);
  const totalAfter = sum(after);
  if (totalBefore === 0 || totalAfter === 0) return totalBefore === totalAfter ? 0 : 1;
  let difference = 0;
  for (let id = 0; id < before.length; id++) {
    difference += Math.abs(before[id]! / totalBefore - after[id]! / totalAfter);
  }
  // Times may be so far apart that their sum is infinite. Nothing can be said of them then.
  return Number.isFinite(difference) ? difference / 2 : 1;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
