/** @import { Kit, Request } from './run.mjs' */

export { work } from '../../compat/service/work.cjs';

/**
 * The integrations that a test asks for, in its order.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export function integrationsOf(kit, { bounded, order }) {
  const integrations = [kit.nodeProfilingIntegration()];
  if (bounded === false) return integrations;
  integrations.push(kit.boundedProfilingIntegration(bounded));
  return order === 'bounded-first' ? integrations.reverse() : integrations;
}

/**
 * Starts the SDK with the profiling that its line has, a profile for each transaction if it can, or without any.
 *
 * @param {Kit} kit
 * @param {Request} request
 * @param {object} [options]
 */
export function initProfiling(kit, request, options) {
  const { Sentry } = kit;
  const isSpanMode = Sentry.SDK_VERSION.startsWith('10.') && request.lifecycle === undefined;
  const profiling = isSpanMode
    ? { profilesSampleRate: 1 }
    : { profileSessionSampleRate: 1, profileLifecycle: request.lifecycle ?? 'trace' };
  Sentry.init({
    dsn: request.dsn,
    release: 'app@1.0.0',
    tracesSampleRate: 1,
    traceLifecycle: 'static',
    ...(request.profiled === false ? {} : profiling),
    integrations: request.profiled === false ? [] : integrationsOf(kit, request),
    ...options,
  });
}

/** @param {number} ms */
export function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * The text of every profile as the profiler handed it over, seen before the integration sees it.
 *
 * @param {any} transport
 */
export function recordProfiles(transport) {
  /** @type {string[]} */
  const profiles = [];
  const { send } = transport;
  transport.send = (/** @type {any} */ envelope) => {
    for (const [header, payload] of envelope[1]) {
      if (header.type === 'profile' || header.type === 'profile_chunk')
        profiles.push(JSON.stringify(payload));
    }
    return send.call(transport, envelope);
  };
  return profiles;
}
