import cluster from 'node:cluster';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { init, statsOf, transact } from './kit.mjs';

/** @import { Kit, Request } from './main.mjs' */

const WORKERS = 4;

/**
 * A service of four workers that share a port, and a primary that has the SDK too and no request.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function run(kit, request) {
  await init(kit, request);
  return cluster.isPrimary ? lead(kit, request) : serve(kit);
}

/**
 * @param {Kit} kit
 * @param {Request} request
 */
async function lead(kit, { requests }) {
  const workers = Array.from({ length: WORKERS }, () => cluster.fork());
  const reports = workers.map(async (worker) => {
    const [message, [exitCode, signal]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
    return { ...message[0].report, exitCode, signal };
  });
  const listening = await Promise.all(workers.map((worker) => once(worker, 'listening')));
  const { port } = listening[0]?.[0] ?? {};
  // As many at once as there are workers.
  let asked = 0;
  await Promise.all(
    workers.map(async () => {
      while (asked < requests) await ask(port, `request ${asked++}`);
    }),
  );
  for (const worker of workers) worker.send('stop');
  const workerReports = await Promise.all(reports);
  const isFlushed = await kit.Sentry.flush(10_000);
  return { isFlushed, workers: workerReports, stats: await statsOf(kit) };
}

/** @param {Kit} kit */
async function serve(kit) {
  const server = createServer((socket) => {
    socket.once('data', async (name) => {
      await transact(kit, String(name));
      socket.end('done');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(process, 'message');
  server.close();
  const isFlushed = await kit.Sentry.flush(20_000);
  return { isFlushed, stats: await statsOf(kit) };
}

/**
 * @param {number} port
 * @param {string} name
 */
async function ask(port, name) {
  const socket = connect(port, '127.0.0.1');
  socket.write(name);
  socket.resume();
  await once(socket, 'end');
}
