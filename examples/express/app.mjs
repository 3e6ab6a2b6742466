import * as Sentry from '@sentry/node';
import express from 'express';
import { getProfilingStats } from 'sentry-bounded-profiling';

const app = express();

app.get('/report', (_request, response) => {
  response.json({ median: medianOf(makePrices(200_000)) });
});

app.get('/stats', (_request, response) => {
  response.json(getProfilingStats());
});

Sentry.setupExpressErrorHandler(app);

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`Listening on http://localhost:${server.address().port}`);
});

process.once('SIGTERM', () => {
  server.close();
  // Sends the waiting envelopes, for two seconds at most.
  void Sentry.close(2000);
});

/** Work that a profile shows. */
function makePrices(count) {
  return Array.from({ length: count }, (_, i) => ((i * 7919) % 100_003) / 100);
}

function medianOf(prices) {
  return prices.toSorted((a, b) => a - b)[prices.length >> 1];
}
