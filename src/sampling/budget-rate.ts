import { type Signals, usable } from './signals.ts';

/**
 * How much more is asked for than the room carries, in standard deviations of a count of independent starts, which is the
 * square root of the number that fit. Asking for exactly what fits leaves up to a third of a small budget empty, for starts
 * come by chance; asking for much more gains nothing, and finished profiles then find no room to be larger than expected.
 */
const OVERBOOKING = 1.5;

/** The share of contexts whose profiles the budget carries, from 0 to 1. 1 where that can't be known: admission still keeps the bound. */
export function budgetRate({ activeContexts, expectedBytes, availableBytes }: Signals): number {
  const contexts = usable(activeContexts);
  const profileBytes = usable(expectedBytes);
  if (contexts === 0 || profileBytes === 0 || Number.isNaN(availableBytes)) return 1;
  const fitting = Math.max(0, availableBytes) / profileBytes;
  return Math.min(1, (fitting + OVERBOOKING * Math.sqrt(fitting)) / contexts);
}
