import { type Signals, usable, type Watermarks } from './signals.ts';

/** Where a reading lies among the watermarks: below low, up to high, up to critical, beyond. */
export type Level = 'low' | 'middle' | 'high' | 'critical';

/** Where the two kinds of memory stand. */
export interface Pressure {
  readonly heap: Level;
  readonly container: Level;
}

/** Wider and higher than the heap's: V8 gives memory back late, so resident memory falls slowly and healthy services sit high. */
const CONTAINER_WATERMARKS: Watermarks = { low: 0.78, high: 0.85, critical: 0.92 };

/** Beyond this share of its maximum, the old generation is about to run out, whatever of it is live. */
const USED_CRITICAL = 0.9;

/** For readings that are a little late. */
const MARGIN = 0.02;

/**
 * What the signals say of memory.
 *
 * The live heap is what counts: used memory swings up to halfway between the live heap and the maximum before V8 starts a
 * collection, and while it marks, halfway on to the maximum before it stops the world to finish (`heap.cc`,
 * `AllocationLimitOvershotByLargeMargin`). So used memory is evidence only past that point, and there it is always critical.
 */
export function readPressure(signals: Signals, watermarks: Watermarks): Pressure {
  const live = usable(signals.heapLiveRatio);
  const isRunningOut = usable(signals.heapUsedRatio) >= Math.min((3 + live) / 4 + MARGIN, USED_CRITICAL);
  return {
    heap: isRunningOut ? 'critical' : levelOf(live, watermarks),
    container: levelOf(usable(signals.containerRatio), CONTAINER_WATERMARKS),
  };
}

function levelOf(ratio: number, { low, high, critical }: Watermarks): Level {
  if (ratio >= critical) return 'critical';
  if (ratio >= high) return 'high';
  return ratio >= low ? 'middle' : 'low';
}
