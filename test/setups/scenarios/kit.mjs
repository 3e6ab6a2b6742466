import { sleep, work } from '../../sdk/scenarios/kit.mjs';

export { sleep, work };

/** @import { Kit, Request } from './main.mjs' */

/**
 * Starts the SDK as an application would, profiled in the mode that its line has.
 *
 * @param {Kit} kit
 * @param {Request} request
 * @param {object} [options] for `Sentry.init`
 */
export async function init({ Sentry, loadProfiling, loadBounded }, request, options) {
  const { dsn, bounded, options: asked, isChunked } = request;
  const { nodeProfilingIntegration } = await loadProfiling();
  const own = bounded === false ? [] : [(await loadBounded()).boundedProfilingIntegration(bounded)];
  Sentry.init({
    dsn,
    release: 'app@1.0.0',
    tracesSampleRate: 1,
    traceLifecycle: 'static',
    ...(isChunked || !Sentry.SDK_VERSION.startsWith('10')
      ? { profileSessionSampleRate: 1, profileLifecycle: 'trace' }
      : { profilesSampleRate: 1 }),
    integrations: [nodeProfilingIntegration(), ...own],
    ...options,
    ...asked,
  });
}

/**
 * A request with work and a wait.
 *
 * @param {Kit} kit
 * @param {string} name
 * @param {() => unknown} [more] work in between
 */
export function transact({ Sentry }, name, more) {
  return Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name, forceTransaction: true }, async () => {
      work(30);
      await more?.();
      await sleep(10);
      work(30);
    }),
  );
}

/**
 * As many of them, one after the other.
 *
 * @param {Kit} kit
 * @param {number} count
 * @param {number} [from] number of the first one
 */
export async function transactAll(kit, count, from = 0) {
  for (let i = from; i < from + count; i++) await transact(kit, `request ${i}`);
}

/** @param {Kit} kit */
export async function statsOf({ loadBounded }) {
  return (await loadBounded()).getProfilingStats();
}
