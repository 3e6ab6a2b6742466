import { getHeapStatistics } from 'node:v8';
import { compute } from './call-tree.mjs';
import { initProfiling, sleep } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

const AT_ONCE = 10;

/**
 * Profiled transactions of which `beforeSendTransaction` drops all but every hundredth, and the memory in use after them.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function abandoned(kit, request) {
  const { Sentry } = kit;
  const { transactions = 500 } = request;
  let seen = 0;
  initProfiling(kit, request, {
    ...request.options,
    beforeSendTransaction: (/** @type {any} */ event) => (seen++ % 100 === 0 ? event : null),
  });
  for (let i = 0; i < transactions; i += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => transact(Sentry)));
  }
  await sleep(300);
  await Sentry.flush(10_000);
  const stats = kit.getProfilingStats();
  for (let i = 0; i < 3; i++) {
    global.gc?.();
    await sleep(50);
  }
  return { seen, stats, usedBytes: getHeapStatistics().used_heap_size };
}

/** @param {any} Sentry */
async function transact(Sentry) {
  await Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name: 'job', forceTransaction: true }, async () => {
      for (let turn = 0; turn < 5; turn++) {
        compute();
        await sleep(5);
      }
    }),
  );
}
