// Loaded before everything else: node --import ./instrument.mjs app.mjs
import * as Sentry from '@sentry/node';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import { boundedProfilingIntegration } from 'sentry-bounded-profiling';

Sentry.init({
  dsn: process.env.SENTRY_DSN,
  tracesSampleRate: 1,
  // SDK 11 has continuous profiling: it runs while any span is open.
  profileSessionSampleRate: 1,
  profileLifecycle: 'trace',
  integrations: [
    nodeProfilingIntegration(),
    boundedProfilingIntegration({
      memoryBudgetBytes: 16 * 1024 * 1024,
      onDrop: ({ reason, detail }) => console.warn(`A profile was dropped: ${reason}, ${detail}`),
    }),
  ],
});
