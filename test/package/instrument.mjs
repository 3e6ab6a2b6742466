import * as Sentry from '@sentry/node';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import { boundedProfilingIntegration } from 'sentry-bounded-profiling';

Sentry.init({
  dsn: 'http://0123456789abcdef0123456789abcdef@127.0.0.1:9/1',
  integrations: [nodeProfilingIntegration(), boundedProfilingIntegration()],
});
