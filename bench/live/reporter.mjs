import { readResidentMemory } from '../support/resident-memory.mjs';

/** Collects figures that only the server's own process can know, and tells them to its parent when it is asked. */
export class Reporter {
  /** @type {number[]} */
  #spanEndsMs = [];
  #longestStopMs = 0;
  #transactions = 0;
  #cpuAtStart = process.cpuUsage();
  /** @type {() => import('../../src/index.ts').ProfilingStats | undefined} */
  readStats = () => undefined;

  /** @param {number} tookMs */
  spanEnded(tookMs) {
    this.#transactions++;
    this.#spanEndsMs.push(tookMs);
  }

  /** @param {number} tookMs */
  profileStopped(tookMs) {
    this.#longestStopMs = Math.max(this.#longestStopMs, tookMs);
  }

  /**
   * @param {(timeoutMs: number) => Promise<unknown>} flush
   * @param {readonly import('./messages.ts').Interval[]} busy
   */
  listen(flush, busy) {
    process.on('disconnect', () => process.exit());
    process.on('message', async (/** @type {import('./messages.ts').ServerCommand} */ command) => {
      if (command.type === 'observe') return this.#observe();
      await flush(command.timeoutMs);
      process.send?.({ type: 'report', report: this.#report(busy) });
    });
  }

  /** Forgets the warm-up. */
  #observe() {
    this.#spanEndsMs = [];
    this.#longestStopMs = 0;
    this.#cpuAtStart = process.cpuUsage();
  }

  /**
   * @param {readonly import('./messages.ts').Interval[]} busy
   * @returns {import('./messages.ts').ServerReport}
   */
  #report(busy) {
    const { user, system } = process.cpuUsage(this.#cpuAtStart);
    return {
      cpuMs: (user + system) / 1000,
      peakRssBytes: readResidentMemory().peakBytes,
      spanEndsMs: this.#spanEndsMs,
      longestStopMs: this.#longestStopMs,
      transactions: this.#transactions,
      busy,
      profiling: this.readStats(),
    };
  }
}
