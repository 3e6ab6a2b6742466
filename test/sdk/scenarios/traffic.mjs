import { integrationsOf, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/**
 * All that an application sends: errors, a session, transactions with child spans, with profiling on.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function traffic(kit, request) {
  const { Sentry } = kit;
  Sentry.init({
    dsn: request.dsn,
    release: 'app@1.0.0',
    tracesSampleRate: 1,
    traceLifecycle: 'static',
    ...(Sentry.SDK_VERSION.startsWith('11')
      ? { profileSessionSampleRate: 1, profileLifecycle: 'trace' }
      : { profilesSampleRate: 1 }),
    integrations: integrationsOf(kit, request),
  });
  Sentry.startSession();
  for (let i = 0; i < 5; i++) {
    Sentry.withIsolationScope(() =>
      Sentry.startSpan({ name: `request ${i}`, forceTransaction: true }, () => {
        Sentry.startSpan({ name: 'child', op: 'db' }, () => work(40));
        if (i % 2 === 0) Sentry.captureException(new Error(`error ${i}`));
        Sentry.captureMessage(`message ${i}`);
      }),
    );
  }
  Sentry.captureSession();
  Sentry.endSession();
  const isFlushed = await Sentry.flush(10_000);
  return { isFlushed, stats: request.bounded === false ? undefined : kit.getProfilingStats() };
}
