import { once } from 'node:events';
import { init, statsOf, transact, transactAll } from './kit.mjs';

/** @import { Kit, Request } from './main.mjs' */

/**
 * How a service may end. A request is open at that time.
 *
 * @type {Record<string, (kit: Kit, open: Promise<unknown>) => Promise<unknown>>}
 */
const ENDS = {
  /** As orchestrators ask for it: it finishes the open requests, and closes the SDK. */
  SIGTERM: async (kit, open) => {
    const told = once(process, 'SIGTERM');
    process.send?.({ isReady: true });
    await told;
    await open;
    const isClosed = await kit.Sentry.close(10_000);
    const report = { isClosed, stats: await statsOf(kit) };
    return new Promise(() => process.send?.({ report }, () => process.exit(0)));
  },

  'process.exit': async () => process.exit(7),

  'an uncaught exception': () =>
    new Promise(() => {
      setImmediate(() => {
        throw new Error('nobody catches it');
      });
    }),
};

/**
 * @param {Kit} kit
 * @param {Request} request
 */
export async function run(kit, request) {
  await init(kit, request);
  await transactAll(kit, 3);
  // A transaction is sent a moment after its end: only then can it be expected of a process that ends without a word.
  if (request.isFlushed) await kit.Sentry.flush(10_000);
  const open = transact(kit, 'request 3');
  return ENDS[request.variant ?? '']?.(kit, open);
}
