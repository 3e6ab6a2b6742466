import { budgetRate } from './budget-rate.ts';
import { FULL_MEMORY_RATE, type MemoryRate, nextMemoryRate, RECOVERY_MS } from './memory-rate.ts';
import { readPressure } from './pressure.ts';
import { type Signals, usable, type Watermarks } from './signals.ts';

/** A decision of the governor. The next one starts from it. */
export interface GovernorState {
  /** Share of the user's own rate that is allowed, from 0 to 1. */
  readonly rate: number;
  /**
   * - `normal`: at least nine tenths of the user's rate are allowed
   * - `reduced`: less, now or within the last {@link RECOVERY_MS}
   * - `paused`: memory is critical, so nothing starts, and running profiles should stop. A full budget alone never pauses
   */
  readonly kind: 'normal' | 'reduced' | 'paused';
  /** When `kind` last changed. */
  readonly changedAtMs: number;
  /** When the rate was last too low for `normal`. */
  readonly reducedAtMs: number;
  readonly memory: MemoryRate;
}

export const INITIAL_STATE: GovernorState = {
  rate: 1,
  kind: 'normal',
  changedAtMs: Number.NEGATIVE_INFINITY,
  reducedAtMs: Number.NEGATIVE_INFINITY,
  memory: FULL_MEMORY_RATE,
};

const NORMAL_RATE = 0.9;

/**
 * The law of sampling: `rate = share that memory allows x share that the budget carries`. It is a product and not the lower of the two. Where
 * the budget alone allows one context in a thousand, a rate that is halved from 1 would change nothing until it came down to a
 * thousandth.
 *
 * Memory is fed back (`memory-rate.ts`). The rate halves once for each fresh reading above high, holds between the watermarks,
 * and doubles every 8 s once memory was low for 10 s. So it is whole again {@link RECOVERY_MS} after the end of pressure, which
 * is the first reading below low. At critical it is 0 until a reading is below high. The budget is fed forward
 * (`budget-rate.ts`), so there is no loop that could swing.
 *
 * Against the alternatives, in a service whose profiles themselves push the heap from 0.56 live to 0.81, simulated for 900 s
 * (`npm run bench -- governor`), this law is beyond critical for 7 s:
 *
 * - Sentry's halving at each bad check, with all back at the first good one: 265 s. It swings between little and all
 * - AIMD, halving and adding with nothing between: 20 s, and six times as long beyond high. The band ends the swing. To
 *   add 0.02 a second is little at a rate of 1, but doubles one of 0.02 at once; doubling is as careful at any rate
 * - Netflix' gradient: 194 s. Just above high the gradient is almost 1, so it barely falls
 * - Envoy's line from low to critical: 27 s. It settles beyond high, and passes the noise of each reading on to the rate
 */
export function govern(
  signals: Signals,
  state: GovernorState,
  nowMs: number,
  watermarks: Watermarks,
): GovernorState {
  const pressure = readPressure(signals, watermarks);
  const memory = nextMemoryRate(pressure, usable(signals.heapCollections), state.memory, nowMs);
  const rate = memory.rate * budgetRate(signals);
  const reducedAtMs = rate < NORMAL_RATE ? nowMs : state.reducedAtMs;
  const kind = kindOf(memory, state, nowMs, reducedAtMs);
  const changedAtMs = kind === state.kind ? state.changedAtMs : nowMs;
  return { rate, kind, changedAtMs, reducedAtMs, memory };
}

/**
 * A change by memory is told at once. Contexts that come and go by chance move the rate too, which is told only when it lasts.
 */
function kindOf(
  memory: MemoryRate,
  last: GovernorState,
  nowMs: number,
  reducedAtMs: number,
): GovernorState['kind'] {
  if (memory.isPaused) return 'paused';
  if (memory.rate < NORMAL_RATE) return 'reduced';
  if (nowMs - last.changedAtMs < RECOVERY_MS) return last.kind;
  return nowMs - reducedAtMs < RECOVERY_MS ? 'reduced' : 'normal';
}
