import { budgetRate } from '../../src/sampling/budget-rate.ts';
import { type GovernorState, govern } from '../../src/sampling/governor.ts';
import type { Signals, Watermarks } from '../../src/sampling/signals.ts';

/** An alternative law sees this of memory, and of its own last rate. */
interface MemoryStep {
  readonly live: number;
  readonly isFresh: boolean;
  readonly nowMs: number;
  readonly lastRate: number;
  readonly watermarks: Watermarks;
}

const MIN_RATE = 1 / 64;

/** The law of this package and those of others, put to sampling by memory. The budget's part is the same in all. */
export const LAWS: Readonly<Record<string, typeof govern>> = {
  'this package': govern,
  /** The spec for backpressure: a check each 10 s halves, up to ten times; the first good one gives all back. */
  'halving, whole at once (Sentry)': lawOf(({ live, nowMs, lastRate, watermarks }) => {
    if (nowMs % 10_000 !== 0) return lastRate;
    return live > watermarks.high ? Math.max(2 ** -10, lastRate / 2) : 1;
  }),
  'halving and adding (AIMD)': lawOf(({ live, isFresh, lastRate, watermarks }) => {
    if (live <= watermarks.high) return lastRate + 0.02;
    return isFresh ? Math.max(MIN_RATE, lastRate / 2) : lastRate;
  }),
  /** As Gradient2, with the high watermark for the long-term value: `rate x gradient + headroom`. */
  'gradient (Netflix)': lawOf(({ live, isFresh, lastRate, watermarks }) => {
    const gradient = isFresh && live > 0 ? Math.max(0.5, Math.min(1, watermarks.high / live)) : 1;
    return Math.max(MIN_RATE, lastRate * gradient + 0.02 * Math.sqrt(lastRate));
  }),
  /** As the scaled trigger of the overload manager. */
  'line from low to critical (Envoy)': lawOf(
    ({ live, watermarks: { low, critical } }) => (critical - live) / (critical - low),
  ),
};

function lawOf(memoryRate: (step: MemoryStep) => number): typeof govern {
  return (signals: Signals, state: GovernorState, nowMs: number, watermarks: Watermarks) => {
    const { heapLiveRatio: live, heapCollections: collections } = signals;
    const isFresh = collections !== state.memory.collections;
    const next = memoryRate({ live, isFresh, nowMs, lastRate: state.memory.rate, watermarks });
    const memory = { ...state.memory, rate: Math.min(1, Math.max(0, next)), collections };
    return { ...state, rate: memory.rate * budgetRate(signals), memory };
  };
}
