export const MiB = 1024 * 1024;

/** Timers count in whole milliseconds from a clock that was read before, and may come early by a part of one. */
export const TIMER_TOLERANCE_MS = 2;
