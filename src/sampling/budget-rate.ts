import { type Signals, usable } from './signals.ts';

/**
 * How much more is asked for than the room carries, in standard deviations of a count of independent starts. Such a deviation is
 * the square root of the number that fits. If exactly as many were asked for as fit, up to a third of a small budget would stay
 * empty, because starts come by chance. To ask for much more gains nothing, and then finished profiles find no room if they are
 * larger than expected.
 */
const OVERBOOKING = 1.5;

/**
 * The share of contexts whose profiles the budget carries, from 0 to 1. It is 1 where that can't be known, because admission
 * keeps the bound in any case.
 */
export function budgetRate({ activeContexts, expectedBytes, availableBytes }: Signals): number {
  const contexts = usable(activeContexts);
  const profileBytes = usable(expectedBytes);
  if (contexts === 0 || profileBytes === 0 || Number.isNaN(availableBytes)) return 1;
  const fitting = Math.max(0, availableBytes) / profileBytes;
  return Math.min(1, (fitting + OVERBOOKING * Math.sqrt(fitting)) / contexts);
}
