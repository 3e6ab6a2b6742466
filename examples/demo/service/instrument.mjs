// Loaded with --import, before anything else. Everything but the integrations is the same for all three services.
import * as Sentry from '@sentry/node';
import { countProfiles } from './profile-counts.mjs';

/** @type {Record<string, () => Promise<import('@sentry/core').Integration[]>>} */
const PROFILING_INTEGRATIONS = {
  none: async () => [],
  stock: async () => {
    const { nodeProfilingIntegration } = await import('@sentry/profiling-node');
    return [nodeProfilingIntegration()];
  },
  bounded: async () => {
    const { nodeProfilingIntegration } = await import('@sentry/profiling-node');
    const { boundedProfilingIntegration } = await import('sentry-bounded-profiling');
    return [nodeProfilingIntegration(), boundedProfilingIntegration()];
  },
};

const { DSN, MODE = 'none' } = process.env;
const integrations = (await PROFILING_INTEGRATIONS[MODE]?.()) ?? [];

countProfiles(
  () =>
    Sentry.init({
      dsn: /** @type {string} */ (DSN),
      release: 'demo@1.0.0',
      tracesSampleRate: 1,
      ...(integrations.length > 0 && { profilesSampleRate: 1 }),
      integrations,
    }),
  Sentry.NodeClient,
);
