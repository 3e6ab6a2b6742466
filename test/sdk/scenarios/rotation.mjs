import { initProfiling, sleep, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/**
 * Continuous mode (SDK 10, 11) for longer than a chunk may be, and then a while without.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function rotation(kit, request) {
  const { Sentry } = kit;
  const isManual = request.lifecycle === 'manual';
  initProfiling(kit, request);
  if (isManual) Sentry.profiler.startProfiler();
  await Sentry.startSpan({ name: 'long', forceTransaction: true }, async () => {
    // The SDK ignores it with the trace lifecycle.
    if (!isManual) Sentry.profiler.stopProfiler();
    for (let round = 0; round < 120; round++) {
      work(15);
      await sleep(5);
    }
  });
  const before = kit.getProfilingStats();
  if (isManual) Sentry.profiler.stopProfiler();
  const stopped = kit.getProfilingStats();
  await sleep(1200);
  const isFlushed = await Sentry.flush(10_000);
  return { isFlushed, before, stopped, stats: kit.getProfilingStats() };
}
