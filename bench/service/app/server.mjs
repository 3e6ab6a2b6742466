import express from 'express';
import { buildReport } from './jobs/report.mjs';
import { Turns } from './turns.mjs';

const { PORT, CONTEXTS, REQUEST_MS } = process.env;
const app = express();
let requestCount = 0;

app.get('/report', async (_request, response) => {
  const turns = new Turns(Number(CONTEXTS), Number(REQUEST_MS));
  const report = await buildReport(requestCount++, turns);
  await turns.end();
  response.type('html').send(report);
});

app.listen(Number(PORT), '127.0.0.1');
