import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { initProfiling, sleep, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

const TRANSACTIONS = 4;

/**
 * A service whose main thread and whose worker both start the SDK, from the same file, and both have transactions. The worker
 * comes and goes while the main thread is profiled.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function worker(kit, request) {
  initProfiling(kit, request);
  if (!isMainThread) {
    await transact(kit, 'worker');
    const isFlushed = await kit.Sentry.flush(10_000);
    parentPort?.postMessage({ isFlushed, stats: kit.getProfilingStats() });
    return {};
  }
  const thread = new Worker(process.argv[1] ?? '', { argv: process.argv.slice(2) });
  const [[inWorker], [workerExitCode]] = await kit.Sentry.withIsolationScope(() =>
    kit.Sentry.startSpan({ name: 'main, meanwhile', forceTransaction: true }, async () => {
      const ends = Promise.all([once(thread, 'message'), once(thread, 'exit')]);
      await transact(kit, 'main');
      return ends;
    }),
  );
  const isFlushed = await kit.Sentry.flush(10_000);
  return { isFlushed, inWorker, workerExitCode, stats: kit.getProfilingStats() };
}

/**
 * @param {Kit} kit
 * @param {string} thread
 */
async function transact({ Sentry }, thread) {
  // With a profile for each transaction, the SDK takes no notice of it.
  if (thread === 'worker') Sentry.profiler.startProfiler();
  for (let i = 0; i < TRANSACTIONS; i++) {
    await Sentry.withIsolationScope(() =>
      Sentry.startSpan({ name: `${thread} ${i}`, forceTransaction: true }, async () => {
        work(40);
        await sleep(5);
      }),
    );
  }
  if (thread === 'worker') Sentry.profiler.stopProfiler();
}
