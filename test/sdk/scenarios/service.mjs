import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { compute } from './call-tree.mjs';
import { initProfiling, sleep } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

const REPORT_MS = 250;

/**
 * A web service of several processes, which share a port: one primary, and as many workers as the request says, or one process
 * for all. Each tells its statistics as it goes, until the test says `{ end: true }`.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function service(kit, request) {
  if (cluster.isPrimary && (request.workers ?? 0) > 0) return await runPrimary(kit, request);
  return await serve(kit, request);
}

/**
 * @param {Kit} kit
 * @param {Request} request
 */
async function runPrimary(kit, request) {
  initProfiling(kit, request);
  /** @type {Record<string, any>} */
  const processes = {};
  /** @type {{ id: number, code: number, signal: string }[]} */
  const ended = [];
  cluster.on('exit', ({ id }, code, signal) => ended.push({ id, code, signal }));
  for (let i = 0; i < (request.workers ?? 0); i++) {
    const worker = cluster.fork();
    worker.on('message', ({ progress }) => {
      if (progress !== undefined) processes[worker.id] = progress;
    });
  }
  const timer = setInterval(() => {
    const primary = { stats: kit.getProfilingStats(), rssBytes: process.memoryUsage.rss() };
    process.send?.({ progress: { processes: { ...processes, primary }, ended } });
  }, REPORT_MS);
  await ending();
  const endedEarly = [...ended];
  const workers = Object.values(cluster.workers ?? {});
  await Promise.all(
    workers.map(async (worker) => {
      worker?.send({ end: true });
      if (worker !== undefined) await once(worker, 'exit');
    }),
  );
  clearInterval(timer);
  await kit.Sentry.close(2000);
  return { endedEarly };
}

/**
 * @param {Kit} kit
 * @param {Request} request
 */
async function serve(kit, request) {
  initProfiling(kit, request);
  const server = createServer((_, response) => {
    void handle(kit).then(() => response.end('done'));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const timer = setInterval(() => {
    const own = { port, stats: kit.getProfilingStats(), rssBytes: process.memoryUsage.rss() };
    process.send?.({ progress: cluster.isWorker ? own : { processes: { 1: own }, ended: [] } });
  }, REPORT_MS);
  await ending();
  clearInterval(timer);
  server.close();
  await kit.Sentry.close(2000);
  return { endedEarly: [] };
}

/** @param {Kit} kit */
async function handle({ Sentry }) {
  await Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name: 'GET /', forceTransaction: true }, async () => {
      compute();
      await sleep(40);
      compute();
    }),
  );
}

/** @returns {Promise<void>} */
function ending() {
  return new Promise((resolve) => {
    process.on('message', (/** @type {{ end?: boolean }} */ { end }) => {
      if (end) resolve();
    });
  });
}
