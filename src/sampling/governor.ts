import { budgetRate } from './budget-rate.ts';
import { FULL_MEMORY_RATE, type MemoryRate, nextMemoryRate, RECOVERY_MS } from './memory-rate.ts';
import { readPressure } from './pressure.ts';
import { type Signals, usable, type Watermarks } from './signals.ts';

/** What the governor decided, and what its next decision starts from. */
export interface GovernorState {
  /** Share of the user's own rate that is allowed, from 0 to 1. */
  readonly rate: number;
  /**
   * - `normal`: at least nine tenths of the user's rate are allowed
   * - `reduced`: less, now or within the last {@link RECOVERY_MS}
   * - `paused`: memory is critical: nothing starts, and what runs had better stop. A full budget alone never pauses
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
 * The law of sampling: `rate = what memory allows x what the budget carries`. A product and not the lower of the two: where
 * a full budget alone allows one context in a thousand, halving from 1 would change nothing until it came down to there.
 *
 * Memory is fed back (`memory-rate.ts`). The rate halves once for each reading taken since the last cut, holds between the
 * watermarks, and doubles every 8 s once memory was low for 10 s, so {@link RECOVERY_MS} after the end of pressure, which is
 * the first collection that leaves less than the low watermark, it is whole again. At critical it is 0 until a reading
 * is below high. The budget is fed forward (`budget-rate.ts`): no loop, so nothing to swing.
 *
 * Against the alternatives, in a simulation of 900 s in which profiles themselves push a heap of 64 MB from 0.56 live to
 * 0.81 (`test/sampling`; seconds beyond critical, changes of kind):
 *
 * - this law: 8, 3
 * - Sentry's halving at each bad check, whole at the first good one: 230. It swings between nothing and all
 * - halving and adding, without a band to hold in: 17, and 230 s beyond high: adding 0.02 a second is
 *   nothing at a rate of 1, and doubles one of 0.02. Doubling needs no memory of the rate that was too much either
 * - Netflix' gradient: 184. It compares two readings in a row, and a heap that is full twice has a gradient of 1
 * - Envoy's line from low to critical: 22, 14. It has a rate for each reading, so noise goes through, and settles beyond high
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

/** What memory does is told at once. Contexts that come and go by chance move the rate too: that is told with patience. */
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
