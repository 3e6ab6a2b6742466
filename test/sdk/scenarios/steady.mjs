import { initProfiling, sleep, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

const EVERY_MS = 500;

/**
 * A transaction twice a second, each profiled, for as long as is asked for.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function steady(kit, request) {
  const { Sentry } = kit;
  initProfiling(kit, request);
  const { durationMs = 40_000 } = request;
  const count = Math.round(durationMs / EVERY_MS);
  for (let i = 0; i < count; i++) {
    Sentry.withIsolationScope(() =>
      Sentry.startSpan({ name: `job ${i}`, forceTransaction: true }, () => work(40)),
    );
    process.send?.({ progress: i });
    await sleep(EVERY_MS);
  }
  const isFlushed = await Sentry.flush(20_000);
  return { isFlushed, count, stats: kit.getProfilingStats() };
}
