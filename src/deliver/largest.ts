/** A size that was tried, with the share of the room that it took: above 1 it does not fit. */
export interface Trial {
  readonly load: number;
}

const MAX_TRIALS = 8;

/** The share that a guess aims at, and the share that counts as full, because each trial costs an encoding. */
const AIM = 0.97;
const FULL = 0.92;

/**
 * Finds, in a few trials, about the largest number that fits. More is taken to weigh more.
 *
 * @param least the smallest number that may be tried
 * @param tooMany a number that does not fit, with its load
 * @returns the best trial, or undefined if not even `least` fits
 */
export async function findLargest<T extends Trial>(
  least: number,
  tooMany: { readonly count: number; readonly load: number },
  attempt: (count: number) => Promise<T>,
): Promise<T | undefined> {
  let high = tooMany;
  let low: { readonly count: number; readonly load: number } = { count: least - 1, load: 0 };
  let best: T | undefined;
  for (let trial = 1; high.count - low.count > 1; trial++) {
    if (trial > MAX_TRIALS && best !== undefined) break;
    const count = trial > MAX_TRIALS ? least : guess(low, high, trial);
    const result = await attempt(count);
    if (result.load > 1) high = { count, load: result.load };
    else {
      low = { count, load: result.load };
      best = result;
      if (result.load >= FULL) break;
    }
  }
  return best;
}

/** Guesses where a straight line between the two reaches the aim. Every third guess halves the range, in case the line is bent. */
function guess(
  low: { count: number; load: number },
  high: { count: number; load: number },
  trial: number,
): number {
  const share = trial % 3 === 0 ? 0.5 : (AIM - low.load) / (high.load - low.load);
  const count = Math.floor(low.count + share * (high.count - low.count));
  return Math.min(Math.max(count, low.count + 1), high.count - 1);
}
