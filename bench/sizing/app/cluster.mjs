// The service as several processes: hands commands on to them, and their reports back.
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';

const { INSTRUMENT = '', WORKERS } = process.env;

cluster.setupPrimary({
  exec: fileURLToPath(new URL('../../service/app/server.mjs', import.meta.url)),
  execArgv: [...process.execArgv, '--import', INSTRUMENT],
});
const workers = Array.from({ length: Number(WORKERS) }, () => cluster.fork());

/** @type {unknown[]} */
const reports = [];
for (const worker of workers) {
  worker.on('message', ({ type, report }) => {
    if (type === 'report') reports.push(report);
    if (reports.length === workers.length) process.send?.({ type: 'reports', reports });
  });
}
await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('listening', resolve))));
process.on('message', (command) => {
  for (const worker of workers)
    worker.send(/** @type {import('node:child_process').Serializable} */ (command));
});
process.on('disconnect', () => process.exit());
process.send?.({ type: 'ready' });
