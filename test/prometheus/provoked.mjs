// The SDK for the example's server, set so that profiles get lost in every way. Messages tell it to do more.
import * as Sentry from '@sentry/node';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import { boundedProfilingIntegration } from 'sentry-bounded-profiling';

Sentry.init({
  dsn: process.env.SENTRY_DSN,
  tracesSampleRate: 1,
  // The types are those of SDK 11, which has no such option.
  ...{ profilesSampleRate: 1 },
  integrations: [
    nodeProfilingIntegration(),
    boundedProfilingIntegration({
      memoryBudgetBytes: 1024 * 1024,
      maxRequestBytes: 1024 * 1024,
      maxRetryAgeMs: 500,
      sampling: { intervalMs: 100 },
    }),
    Sentry.httpIntegration({ ignoreIncomingRequests: (url) => url === '/metrics' }),
  ],
  beforeSendTransaction: (event) => (event.transaction?.endsWith('/abandoned') ? null : event),
});

Sentry.getClient()?.on('beforeEnvelope', (/** @type {any} */ [, items]) => {
  const find = (/** @type {string} */ wanted) =>
    items.find((/** @type {any} */ [{ type }]) => type === wanted)?.[1];
  const profile = find('profile');
  if (profile !== undefined && find('transaction').transaction.endsWith('/malformed')) {
    profile.profile = { samples: 'none' };
  }
});

const COMMANDS = {
  short: () => Sentry.startSpan({ name: 'short', forceTransaction: true }, () => {}),
  close: () => void Sentry.close(15_000),
};

process.on('message', (/** @type {keyof typeof COMMANDS} */ command) => COMMANDS[command]());
