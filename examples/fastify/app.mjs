import * as Sentry from '@sentry/node';
import Fastify from 'fastify';
import { getProfilingStats } from 'sentry-bounded-profiling';

const app = Fastify();
Sentry.setupFastifyErrorHandler(app);

app.get('/report', () => ({ median: medianOf(makePrices(200_000)) }));

app.get('/stats', () => getProfilingStats());

const url = await app.listen({ port: Number(process.env.PORT ?? 3000) });
console.log(`Listening on ${url}`);

process.once('SIGTERM', async () => {
  await app.close();
  // Sends the waiting envelopes, for two seconds at most.
  await Sentry.close(2000);
});

/** Work that a profile shows. */
function makePrices(count) {
  return Array.from({ length: count }, (_, i) => ((i * 7919) % 100_003) / 100);
}

function medianOf(prices) {
  return prices.toSorted((a, b) => a - b)[prices.length >> 1];
}
