import * as Sentry from '@sentry/nextjs';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import { boundedProfilingIntegration } from 'sentry-bounded-profiling';

Sentry.init({
  dsn: process.env.SENTRY_DSN,
  tracesSampleRate: 1,
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

// With NEXT_MANUAL_SIG_HANDLE Next leaves the end to us; otherwise it exits at once, and waiting envelopes are lost.
process.once('SIGTERM', async () => {
  await Sentry.close(2000);
  process.exit(0);
});
