import { integrationsOf, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/**
 * An application that is told to stop: profiled transactions, `close`, and an exit that waits for nothing else.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function closing(kit, request) {
  const { Sentry } = kit;
  Sentry.init({
    dsn: request.dsn,
    release: 'app@1.0.0',
    tracesSampleRate: 1,
    profilesSampleRate: 1,
    integrations: integrationsOf(kit, request),
  });
  for (let i = 0; i < 20; i++) {
    Sentry.withIsolationScope(() =>
      Sentry.startSpan({ name: `request ${i}`, forceTransaction: true }, () => work(30)),
    );
  }
  const isClosed = await Sentry.close(request.flushMs);
  return { isClosed };
}
