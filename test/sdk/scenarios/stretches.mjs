import { shiftClock } from './host-faults.mjs';
import { initProfiling, sleep, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

const CASES = {
  /** Many short spans, one after the other. */
  spans: async (/** @type {Kit} */ { Sentry }) => {
    for (let i = 0; i < 350; i++) {
      await Sentry.startSpan({ name: `span ${i}`, forceTransaction: true }, () => work(15));
      await sleep(1);
    }
  },

  /** Stretches of profiling, before each of which the wall clock is set. */
  clock: async (/** @type {Kit} */ { Sentry }, /** @type {Request} */ { durationMs = 0 }) => {
    for (let i = 0; i < 6; i++) {
      shiftClock(durationMs);
      Sentry.profiler.startProfiler();
      work(120);
      await sleep(1);
      Sentry.profiler.stopProfiler();
    }
  },
};

/**
 * Continuous profiling that starts and stops many times.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function stretches(kit, request) {
  initProfiling(kit, request);
  await CASES[/** @type {keyof typeof CASES} */ (request.variant)](kit, request);
  const isFlushed = await kit.Sentry.flush(10_000);
  return { isFlushed, stats: kit.getProfilingStats() };
}
