import { type Signals, usable, type Watermarks } from './signals.ts';

/** Where a reading lies among the watermarks: below low, up to high, up to critical, beyond. */
export type Level = 'low' | 'middle' | 'high' | 'critical';

/** Where the two kinds of memory stand. */
export interface Pressure {
  readonly heap: Level;
  readonly container: Level;
}

/**
 * They are wider and higher than those of the heap. V8 gives memory back late, so the working set falls slowly, and a healthy
 * service has much of it.
 */
const CONTAINER_WATERMARKS: Watermarks = { low: 0.78, high: 0.85, critical: 0.92 };

/** Beyond this share of its maximum, the old generation is about to run out, however little of it is live. */
const USED_CRITICAL = 0.9;

/** For readings that are a little late. */
const MARGIN = 0.02;

/**
 * Reads from the signals how memory stands.
 *
 * The live heap counts. Used memory swings up to halfway between the live heap and the maximum before V8 starts a collection.
 * While V8 marks, it swings up by half of the rest, before V8 stops the world to finish (`heap.cc`,
 * `AllocationLimitOvershotByLargeMargin`). So used memory is evidence only beyond that point, and there it is always critical.
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
