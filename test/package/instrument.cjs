const Sentry = require('@sentry/node');
const { nodeProfilingIntegration } = require('@sentry/profiling-node');
const { boundedProfilingIntegration } = require('sentry-bounded-profiling');

Sentry.init({
  dsn: 'http://0123456789abcdef0123456789abcdef@127.0.0.1:9/1',
  integrations: [nodeProfilingIntegration(), boundedProfilingIntegration()],
});
