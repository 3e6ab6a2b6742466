import { integrationsOf, recordProfiles, sleep, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/**
 * Span mode (SDK 9, 10): concurrent transactions, each with a profile of its own.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function span(kit, request) {
  const { Sentry } = kit;
  Sentry.init({
    dsn: request.dsn,
    release: 'app@1.0.0',
    tracesSampleRate: 1,
    profilesSampleRate: 1,
    integrations: integrationsOf(kit, request),
  });
  const profiles = recordProfiles(Sentry.getClient().getTransport());
  await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      Sentry.withIsolationScope(() =>
        Sentry.startSpan({ name: `request ${i}`, forceTransaction: true }, async () => {
          for (let turn = 0; turn < 3; turn++) {
            work(15);
            await sleep(5);
          }
        }),
      ),
    ),
  );
  const isFlushed = await Sentry.flush(10_000);
  return { isFlushed, profiles, stats: kit.getProfilingStats() };
}
