import * as Sentry from '@sentry/node';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import { boundedProfilingIntegration } from 'sentry-bounded-profiling';

Sentry.init({
  dsn: process.env.SENTRY_DSN,
  tracesSampleRate: 1,
  profilesSampleRate: 1,
  integrations: [
    nodeProfilingIntegration(),
    boundedProfilingIntegration(),
    // A scrape is no request of a user.
    Sentry.httpIntegration({ ignoreIncomingRequests: (url) => url === '/metrics' }),
  ],
});
