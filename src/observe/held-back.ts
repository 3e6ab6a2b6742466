import { createHistogram } from 'node:perf_hooks';

/** How long transactions have waited for their profiles, in milliseconds. */
export interface HeldBackStats {
  /** How many transactions there were, and how long all of them together have waited: the mean of any stretch of time. */
  readonly count: number;
  readonly total: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

/** Remembers how long transactions were held back, in a fixed amount of memory. */
export class HeldBack {
  readonly #histogram = createHistogram({ highest: 3_600_000 });
  #totalMs = 0;

  add(ms: number): void {
    this.#totalMs += ms;
    // The histogram takes whole numbers from 1 on.
    this.#histogram.record(Math.min(Math.max(1, Math.round(ms)), 3_600_000));
  }

  get stats(): HeldBackStats {
    const { count, max } = this.#histogram;
    const total = this.#totalMs;
    if (count === 0) return { count, total, p50: 0, p99: 0, longest: 0 };
    const [p50, p99] = [this.#histogram.percentile(50), this.#histogram.percentile(99)];
    return { count, total, p50, p99, longest: max };
  }
}
