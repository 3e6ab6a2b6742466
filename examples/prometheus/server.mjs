import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import * as Sentry from '@sentry/node';
import { register } from 'prom-client';
import { registerProfilingMetrics } from 'sentry-bounded-profiling/prometheus';

registerProfilingMetrics(register);

const orders = Array.from({ length: 20_000 }, (_, id) => ({ id, price: (id * 7919) % 1009 }));

/** Some work for the profiler to see, with a pause as a database would make it. */
async function cheapest() {
  const sorted = orders.toSorted((a, b) => a.price - b.price);
  await pause(20);
  return JSON.stringify(sorted.slice(0, 10));
}

const server = createServer(async (request, response) => {
  try {
    const isScrape = request.url === '/metrics';
    const body = isScrape ? await register.metrics() : await cheapest();
    response.setHeader('content-type', isScrape ? register.contentType : 'application/json').end(body);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});

server.listen(Number(process.env.PORT ?? 3000));

process.once('SIGTERM', () => {
  server.close();
  // Sends the waiting envelopes, for two seconds at most.
  void Sentry.close(2000);
});
