import { setImmediate } from 'node:timers/promises';
import type { Pace } from '../pace.ts';

/** Work stops at this share of the limit, so that one slow step or a garbage collection still fits. */
const TARGET_SHARE = 0.5;

/** Runs stepwise computations in slices of limited time, with the event loop free in between. */
export class Slices implements Pace {
  readonly #targetMs: number;
  #startedAtMs = 0;
  #longestMs = 0;
  #isStopped = false;

  /** @param maxSliceMs longest stretch of the event loop to take at a time, in milliseconds */
  constructor(maxSliceMs: number) {
    this.#targetMs = maxSliceMs * TARGET_SHARE;
  }

  /** The longest stretch that was taken so far, in milliseconds. */
  get longestMs(): number {
    return this.#longestMs;
  }

  isOver(): boolean {
    return performance.now() - this.#startedAtMs >= this.#targetMs;
  }

  /** Makes computations end where they pause next, with an error. */
  stop(): void {
    this.#isStopped = true;
  }

  /**
   * @param pause what to wait for when the computation pauses; nothing stands for one turn of the event loop
   * @returns what the computation returns
   */
  async run<T>(steps: Generator<void, T>, pause?: () => Promise<void> | undefined): Promise<T> {
    for (;;) {
      const step = this.#takeSlice(steps);
      if (step.done === true) return step.value;
      await (pause?.() ?? setImmediate());
      if (this.#isStopped) throw new Error('Encoding was stopped');
    }
  }

  #takeSlice<T>(steps: Generator<void, T>): IteratorResult<void, T> {
    this.#startedAtMs = performance.now();
    try {
      return steps.next();
    } finally {
      this.#longestMs = Math.max(this.#longestMs, performance.now() - this.#startedAtMs);
    }
  }
}
