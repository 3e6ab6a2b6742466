const Sentry = require('@sentry/node');
const { nodeProfilingIntegration } = require('@sentry/profiling-node');
const { boundedProfilingIntegration, getProfilingStats } = require('sentry-bounded-profiling');

/** The service that is tested, with the transport of its tests. */
function start(transport) {
  Sentry.init({
    dsn: 'http://c0ffee00c0ffee00c0ffee00c0ffee00@127.0.0.1:9/1',
    release: 'app@1.0.0',
    transport,
    tracesSampleRate: 1,
    profilesSampleRate: 1,
    integrations: [nodeProfilingIntegration(), boundedProfilingIntegration()],
  });
}

function handle(name) {
  return Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name, forceTransaction: true }, async () => {
      const endMs = performance.now() + 100;
      while (performance.now() < endMs) JSON.parse(JSON.stringify(Array.from({ length: 500 }, (_, i) => i)));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }),
  );
}

module.exports = { Sentry, start, handle, getProfilingStats };
