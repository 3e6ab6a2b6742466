import { createRequire } from 'node:module';
import { threadId } from 'node:worker_threads';

/**
 * V8's recording of a whole run, in the profiler's own form, and when that began.
 *
 * @typedef {{ startedAtMs: number, profile: import('../../../src/record/segment.ts').NativeProfile }} Recording
 */

const NAME = 'recording beside';
/** Its samples have microseconds, those of chunks only milliseconds. */
const TRANSACTION_FORMAT = 0;

/**
 * Starts to record with the native profiler itself. Its functions are taken before the SDK starts, because an
 * integration may put its own in their place.
 *
 * @returns {() => Recording} ends it
 */
export function recordBeside() {
  const { cache } = createRequire(import.meta.url);
  const addon = Object.values(cache).find((module) => module?.id.includes('sentry_cpu_profiler'));
  if (addon === undefined) throw new Error('The native profiler is not loaded');
  const { startProfiling, stopProfiling } = addon.exports;
  const startedAtMs = performance.timeOrigin + performance.now();
  startProfiling(NAME);
  return () => ({ startedAtMs, profile: stopProfiling(NAME, TRANSACTION_FORMAT, threadId, false) });
}
