import { budgetRate } from './budget-rate.ts';
import type { GovernorState } from './governor.ts';
import { readPressure } from './pressure.ts';
import { type Signals, usable, type Watermarks } from './signals.ts';

/**
 * A cause of a reduced rate.
 *
 * - `heap`: the live part of the old generation
 * - `container`: the working set of the container, by its limit
 * - `contexts`: more are active than the whole budget has room for
 * - `budget`: profiles that wait for their upload have taken the room
 */
export type SamplingCause = 'heap' | 'container' | 'contexts' | 'budget';

/** @returns undefined while nothing reduces the rate */
export function causeOf(
  signals: Signals,
  { memory }: GovernorState,
  watermarks: Watermarks,
  budgetBytes: number,
): SamplingCause | undefined {
  const { heap, container } = readPressure(signals, watermarks);
  if (heap === 'critical' || heap === 'high') return 'heap';
  if (container === 'critical' || container === 'high') return 'container';
  // Memory was high before, and the rate recovers.
  if (memory.rate < 1) return container === 'middle' && heap === 'low' ? 'container' : 'heap';
  if (budgetRate(signals) === 1) return undefined;
  return usable(signals.activeContexts) * usable(signals.expectedBytes) > budgetBytes ? 'contexts' : 'budget';
}

/** The figures behind a cause, for people. */
export function explain(cause: SamplingCause | undefined, signals: Signals): string {
  const percent = (ratio: number): string => `${(usable(ratio) * 100).toFixed(0)}%`;
  const { activeContexts, expectedBytes, availableBytes } = signals;
  const room = Math.floor(Math.max(0, availableBytes) / Math.max(1, usable(expectedBytes)));
  switch (cause) {
    case 'heap':
      return `${percent(signals.heapLiveRatio)} of the old generation is live, ${percent(signals.heapUsedRatio)} used`;
    case 'container':
      return `${percent(signals.containerRatio)} of the container's memory is taken`;
    case 'contexts':
    case 'budget':
      return `${activeContexts.toFixed(0)} contexts, room for the profiles of ${room}`;
    default:
      return 'it was lately';
  }
}
