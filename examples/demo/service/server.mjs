import * as Sentry from '@sentry/node';
import express from 'express';
import { getProfilingStats } from 'sentry-bounded-profiling';
import { buildReport } from './jobs/report.mjs';
import { observeStalls, readVitals, startVitals, tellParent } from './vitals.mjs';

const app = express();
let reportCount = 0;

app.get('/report', async (_request, response) => {
  response.type('html').send(await buildReport(reportCount++));
});

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) tellParent({ type: 'ready', port: address.port });
});
startVitals(getProfilingStats);

process.on('message', async (/** @type {import('../messages.ts').ServiceCommand} */ command) => {
  if (command.type === 'observe') {
    observeStalls();
    return;
  }
  await Sentry.flush(command.timeoutMs);
  tellParent({ type: 'drained', vitals: readVitals(getProfilingStats) });
});
process.on('disconnect', () => process.exit());
