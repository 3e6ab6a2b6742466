import type { Segment } from './segment.ts';

/** The native profiler asks V8 for 99 ticks a second. */
const TICK_MS = 1000 / 99;

/**
 * Counts the ticks of a recording, and those that are missing between them: V8 tells of none that it did not take, but each leaves a
 * gap. V8 counts its interval from the last tick on, so a tick that comes late by less than half of it is no loss.
 */
export class TickCount {
  #taken = 0;
  #lost = 0;
  /** Where the last segment ended, and the last tick before that. */
  #untilMs = Number.NaN;
  #lastMs = Number.NaN;

  get taken(): number {
    return this.#taken;
  }

  get lost(): number {
    return this.#lost;
  }

  add({ fromMs, untilMs, timesMs }: Pick<Segment, 'fromMs' | 'untilMs' | 'timesMs'>): void {
    let lastMs = fromMs === this.#untilMs ? this.#lastMs : fromMs;
    for (const timeMs of timesMs) {
      this.#lost += Math.max(0, Math.round((timeMs - lastMs) / TICK_MS) - 1);
      lastMs = timeMs;
    }
    this.#taken += timesMs.length;
    this.#untilMs = untilMs;
    this.#lastMs = lastMs;
  }
}
