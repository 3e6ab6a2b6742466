import * as Sentry from '@sentry/node';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import { boundedProfilingIntegration } from 'sentry-bounded-profiling';
import { recordBeside } from './recording.cjs';
import { isBounded, options } from './request.cjs';

if (isBounded) recordBeside();
Sentry.init({
  ...options,
  integrations: [nodeProfilingIntegration(), ...(isBounded ? [boundedProfilingIntegration()] : [])],
});
