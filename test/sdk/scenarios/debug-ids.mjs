import { loadBundled } from './bundled-script.mjs';
import { initProfiling, recordProfiles, sleep } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

const WORK_MS = 60;

/**
 * An application of bundled scripts, which are busy one after the other, each within a profile of its own, and another one
 * between these profiles. If asked to, a listener of the application's looks into the envelopes.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function debugIds(kit, request) {
  const { Sentry } = kit;
  const { member = '', byPath = {}, between = '' } = request.debugIds ?? {};
  const works = new Map(
    Object.entries(byPath).map(([path, debugId]) => [path, loadBundled(path, debugId, member)]),
  );
  initProfiling(kit, request);
  if (request.variant === 'seen') look(Sentry.getClient());
  for (const [path, work] of works) {
    if (path === between) {
      work(WORK_MS);
      continue;
    }
    if (request.lifecycle === 'manual') Sentry.profiler.startProfiler();
    await Sentry.withIsolationScope(() =>
      Sentry.startSpan({ name: path, forceTransaction: true }, async () => {
        work(WORK_MS);
        await sleep(1);
        work(WORK_MS);
      }),
    );
    if (request.lifecycle === 'manual') Sentry.profiler.stopProfiler();
    // Each in a chunk of its own.
    if (request.lifecycle !== undefined) await Sentry.flush(10_000);
  }
  const isFlushed = await Sentry.flush(10_000);
  return { isFlushed, stats: kit.getProfilingStats() };
}

/** @param {any} client */
function look(client) {
  // Chunks pass no listener on their way to the transport.
  recordProfiles(client.getTransport());
  client.on('beforeEnvelope', (/** @type {any} */ [, items]) => {
    for (const [{ type }, payload] of items) if (type === 'profile') JSON.stringify(payload);
  });
}
