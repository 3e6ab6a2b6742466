import { createServer } from 'node:http';
import * as Sentry from '@sentry/node';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import { boundedProfilingIntegration, getProfilingStats } from 'sentry-bounded-profiling';

Sentry.init({
  dsn: process.env.SENTRY_DSN,
  tracesSampleRate: 1,
  profileSessionSampleRate: 1,
  profileLifecycle: 'trace',
  // There are no modules to inject anything into, and on Node 20 the SDK would say that it can't.
  enableRuntimeChannelInjection: false,
  integrations: [nodeProfilingIntegration(), boundedProfilingIntegration({ maxChunkMs: 1000 })],
});

const server = createServer((request, response) => {
  const answer = request.url === '/stats' ? getProfilingStats() : { median: work.medianOf(200_000) };
  response.end(JSON.stringify(answer));
});
server.listen(Number(process.env.PORT));

process.once('SIGTERM', () => {
  server.close();
  void Sentry.close(5000);
});

/** A member, because a bundler that shortens names leaves the names of members. */
const work = {
  medianOf(/** @type {number} */ count) {
    const prices = Array.from({ length: count }, (_, i) => (i * 7919) % 100_003);
    return prices.toSorted((a, b) => a - b)[count >> 1];
  },
};
