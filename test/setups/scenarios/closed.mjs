import { init, statsOf, transactAll } from './kit.mjs';

/** @import { Kit, Request } from './main.mjs' */

/**
 * Some transactions, and an end in order.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function run(kit, request) {
  await init(kit, request);
  await transactAll(kit, 4);
  const isClosed = await kit.Sentry.close(3000);
  return { isClosed, stats: await statsOf(kit) };
}
