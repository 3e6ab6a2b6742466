/** A size that was tried, with the share of the room that it took: above 1 it does not fit. */
export interface Trial {
  readonly fillRatio: number;
}

const MAX_TRIALS = 8;

/** The share that a guess aims at, and the share that counts as full, because each trial costs an encoding. */
const AIM = 0.97;
const FULL = 0.92;

/**
 * Finds, in a few trials, about the largest number that fits. More is taken to weigh more.
 *
 * @param least the smallest number that may be tried
 * @param tooMany a number that does not fit, with its fill ratio
 * @returns the best trial, or undefined if not even `least` fits
 */
export async function findLargest<T extends Trial>(
  least: number,
  tooMany: { readonly count: number; readonly fillRatio: number },
  attempt: (count: number) => Promise<T>,
): Promise<T | undefined> {
  let high = tooMany;
  let low: { readonly count: number; readonly fillRatio: number } = { count: least - 1, fillRatio: 0 };
  let best: T | undefined;
  for (let trial = 1; high.count - low.count > 1; trial++) {
    if (trial > MAX_TRIALS && best !== undefined) break;
    const count = trial > MAX_TRIALS ? least : guess(low, high, trial);
    const result = await attempt(count);
    if (result.fillRatio > 1) high = { count, fillRatio: result.fillRatio };
    else {
      low = { count, fillRatio: result.fillRatio };
      best = result;
      if (result.fillRatio >= FULL) break;
    }
  }
  return best;
}

/** Guesses where a straight line between the two reaches the aim. Every third guess halves the range, in case the line is bent. */
function guess(
  low: { count: number; fillRatio: number },
  high: { count: number; fillRatio: number },
  trial: number,
): number {
  const share = trial % 3 === 0 ? 0.5 : (AIM - low.fillRatio) / (high.fillRatio - low.fillRatio);
  const count = Math.floor(low.count + share * (high.count - low.count));
  return Math.min(Math.max(count, low.count + 1), high.count - 1);
}
