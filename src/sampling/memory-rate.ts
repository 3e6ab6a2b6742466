import type { Level, Pressure } from './pressure.ts';

/** The rate that memory allows, and the part of the past that it depends on. */
export interface MemoryRate {
  /** From 0 to 1. 0 only in a pause. */
  readonly rate: number;
  readonly isPaused: boolean;
  /** Since when all memory has been below its low watermark; undefined when it is not. */
  readonly calmSinceMs: number | undefined;
  readonly cutAtMs: number;
  readonly updatedAtMs: number;
  /** Major collections that were acted on. */
  readonly collections: number;
}

/** The rate of a process of which nothing is known yet. */
export const FULL_MEMORY_RATE: MemoryRate = {
  rate: 1,
  isPaused: false,
  calmSinceMs: Number.NEGATIVE_INFINITY,
  cutAtMs: Number.NEGATIVE_INFINITY,
  updatedAtMs: 0,
  collections: 0,
};

/** The lowest rate short of a pause: one in 64 still shows the work of the service. */
const MIN_RATE = 1 / 64;

/**
 * Memory has to be low for this long before the rate rises, because profiles that started at the old rate have then mostly ended.
 */
const HOLD_MS = 10_000;

const DOUBLING_MS = 8000;

/** Nobody can say when the container's memory changed, so it gets this long to show the effect of the last cut. */
const CONTAINER_READING_MS = 10_000;

/** The full rate is back this long after all memory went below its low watermark, however low the rate was. */
export const RECOVERY_MS = HOLD_MS + DOUBLING_MS * Math.log2(1 / MIN_RATE);

/**
 * One step of the feedback. The rate halves under pressure, once for each fresh reading. It holds between the watermarks, and
 * doubles every few seconds while memory stays low.
 */
export function nextMemoryRate(
  pressure: Pressure,
  collections: number,
  last: MemoryRate,
  nowMs: number,
): MemoryRate {
  const isAny = (level: Level) => pressure.heap === level || pressure.container === level;
  const isCalm = pressure.heap === 'low' && pressure.container === 'low';
  const isPaused = isAny('critical') || (last.isPaused && isAny('high'));
  const isCut =
    (pressure.heap === 'high' && collections !== last.collections) ||
    (pressure.container === 'high' && nowMs - last.cutAtMs >= CONTAINER_READING_MS);
  const calmSinceMs = isCalm ? (last.calmSinceMs ?? nowMs) : undefined;
  const next = {
    isPaused,
    calmSinceMs,
    cutAtMs: isPaused || isCut ? nowMs : last.cutAtMs,
    updatedAtMs: nowMs,
    collections,
  };
  if (isPaused) return { ...next, rate: 0 };
  if (isCut) return { ...next, rate: Math.max(MIN_RATE, last.rate / 2) };
  const risingMs = nowMs - Math.max(last.updatedAtMs, (calmSinceMs ?? nowMs) + HOLD_MS);
  const rise = 2 ** (Math.max(0, risingMs) / DOUBLING_MS);
  return { ...next, rate: Math.min(1, Math.max(MIN_RATE, last.rate) * rise) };
}
