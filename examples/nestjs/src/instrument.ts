// Loaded before everything else: node --import ./dist/instrument.js dist/main.js
import * as Sentry from '@sentry/nestjs';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import { boundedProfilingIntegration, type Drop } from 'sentry-bounded-profiling';

Sentry.init({
  dsn: process.env.SENTRY_DSN,
  tracesSampleRate: 1,
  // With SDK 9 and 10 each transaction can have a profile of its own.
  profilesSampleRate: 1,
  integrations: [
    nodeProfilingIntegration(),
    boundedProfilingIntegration({
      memoryBudgetBytes: 16 * 1024 * 1024,
      onDrop: ({ reason, detail }: Drop) => console.warn(`A profile was dropped: ${reason}, ${detail}`),
    }),
  ],
});
