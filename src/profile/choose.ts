import { type Pace, STEPS_PER_CHECK } from '../pace/pace.ts';
import type { Thread } from './threads.ts';

/** Each sweep brings less than the one before: the first moves most samples, the third few. */
const SWEEPS = 3;

/**
 * Chooses the first sample, the last one, and one from each of so many stretches between them. The times for which functions are
 * shown then come as near as they can to the times that they took. A sample shows its function until the next sample that is
 * chosen.
 *
 * It begins with the first sample of each stretch, and then moves one after the other to where the squares of all errors sum up
 * to the least. Every n-th sample instead would hit each function by chance, and would miss or double a sample that stands for
 * long.
 *
 * @param owed for each function the time it took less the time for which it is shown, in threads before this one
 */
export function* chooseEvenly(
  { times, functions }: Thread,
  stretches: number,
  owed: Float64Array,
  pace: Pace,
): Generator<void, Int32Array> {
  const last = times.length - 1;
  const startOf = (stretch: number): number => 1 + Math.round((stretch * (last - 1)) / stretches);
  const chosen = Int32Array.from({ length: stretches + 2 }, (_, i) => (i === 0 ? 0 : startOf(i - 1)));
  chosen[stretches + 1] = last;

  /** Lessens the time that a function is owed by the time from one sample to another. */
  const show = (from: number, to: number, sign = 1): void => {
    const id = functions[from]!;
    owed[id] = owed[id]! - sign * (times[to]! - times[from]!);
  };
  /** By how much the sum of squares grows when a function is shown for this time. */
  const costOf = (id: number, time: number): number => time * (time - 2 * owed[id]!);
  const costBetween = (before: number, i: number, after: number): number => {
    const [first, second] = [functions[before]!, functions[i]!];
    const [start, middle, end] = [times[before]!, times[i]!, times[after]!];
    return first === second
      ? costOf(first, end - start)
      : costOf(first, middle - start) + costOf(second, end - middle);
  };

  for (let i = 0; i < last; i++) {
    show(i, i + 1, -1);
    if (i % STEPS_PER_CHECK === 0 && pace.isOver()) yield;
  }
  for (let i = 0; i <= stretches; i++) show(chosen[i]!, chosen[i + 1]!);
  let steps = 0;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let stretch = 0; stretch < stretches; stretch++) {
      const before = chosen[stretch]!;
      const current = chosen[stretch + 1]!;
      const after = chosen[stretch + 2]!;
      show(before, current, -1);
      show(current, after, -1);
      let best = current;
      let least = costBetween(before, current, after);
      for (let i = startOf(stretch); i < startOf(stretch + 1); i++) {
        const cost = costBetween(before, i, after);
        if (cost < least) [best, least] = [i, cost];
      }
      chosen[stretch + 1] = best;
      show(before, best);
      show(best, after);
      steps += startOf(stretch + 1) - startOf(stretch);
      if (steps >= STEPS_PER_CHECK) {
        steps = 0;
        if (pace.isOver()) yield;
      }
    }
  }
  return chosen;
}
