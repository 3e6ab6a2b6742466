import { integrationsOf, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/**
 * Two clients, one after the other, the first of which is still sending.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function reinit(kit, request) {
  const { Sentry } = kit;
  const clients = [request.dsn, request.otherDsn].map((dsn) => {
    const mode = Sentry.SDK_VERSION.startsWith('11')
      ? { profileSessionSampleRate: 1, profileLifecycle: 'manual' }
      : { profilesSampleRate: 1 };
    Sentry.init({
      dsn,
      release: 'app@1.0.0',
      tracesSampleRate: 1,
      traceLifecycle: 'static',
      ...mode,
      integrations: integrationsOf(kit, request),
    });
    if ('profileLifecycle' in mode) Sentry.profiler.startProfiler();
    Sentry.withIsolationScope(() => Sentry.startSpan({ name: dsn, forceTransaction: true }, () => work(100)));
    if ('profileLifecycle' in mode) Sentry.profiler.stopProfiler();
    return Sentry.getClient();
  });
  for (const client of clients) await client.flush(10_000);
  const stats = clients.map((client) => client.getIntegrationByName('BoundedProfiling').getStats());
  const current = kit.getProfilingStats();
  for (const client of clients) await client.close(1000);
  const sendNames = clients.map((client) => client.getTransport().send.name);
  return { stats, current, sendNames };
}
