import { initProfiling, sleep, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

const LIST_OBJECTS = 4000;
/** 64 MB: with less of it live, V8 collects long before the heap is full. */
const KEPT_LISTS = 400;

/**
 * A service whose old generation fills up with garbage again and again, while little of it is live.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function garbage(kit, request) {
  initProfiling(kit, request);
  const { Sentry } = kit;
  const states = new Set();
  let peakUsedBytes = 0;
  /** @type {unknown[]} */
  const kept = [];
  const endMs = performance.now() + (request.durationMs ?? 15_000);
  while (performance.now() < endMs) {
    await Sentry.withIsolationScope(() =>
      Sentry.startSpan({ name: 'request', forceTransaction: true }, async () => {
        work(5);
        // Kept for as long as it takes to leave the young generation, and then dropped.
        for (let i = 0; i < 10; i++) kept.push(Array.from({ length: LIST_OBJECTS }, (_, i) => ({ i })));
        if (kept.length > KEPT_LISTS) kept.splice(0, kept.length - KEPT_LISTS);
        await sleep(20);
      }),
    );
    peakUsedBytes = Math.max(peakUsedBytes, process.memoryUsage().heapUsed);
    states.add(kit.getProfilingStats()?.sampling.state);
  }
  await Sentry.flush(5000);
  return { states: [...states], peakUsedBytes, stats: kit.getProfilingStats() };
}
