import { initProfiling, recordProfiles, sleep, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/**
 * Continuous mode (SDK 10, 11): chunks that go straight to the transport.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function continuous(kit, request) {
  const { Sentry } = kit;
  initProfiling(kit, request);
  const profiles = recordProfiles(Sentry.getClient().getTransport());
  for (let round = 0; round < 3; round++) {
    if (request.lifecycle === 'manual') Sentry.profiler.startProfiler();
    await Sentry.startSpan({ name: `round ${round}`, forceTransaction: true }, async () => {
      work(150);
      await sleep(5);
    });
    if (request.lifecycle === 'manual') Sentry.profiler.stopProfiler();
  }
  const isFlushed = await Sentry.flush(request.flushMs ?? 10_000);
  return { isFlushed, profiles, stats: kit.getProfilingStats() };
}
