const Sentry = require('@sentry/node');
const { nodeProfilingIntegration } = require('@sentry/profiling-node');
const { boundedProfilingIntegration } = require('sentry-bounded-profiling');
const { recordBeside } = require('./recording.cjs');
const { isBounded, options } = require('./request.cjs');

if (isBounded) recordBeside();
Sentry.init({
  ...options,
  integrations: [nodeProfilingIntegration(), ...(isBounded ? [boundedProfilingIntegration()] : [])],
});
