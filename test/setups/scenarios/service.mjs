import { init, statsOf, transactAll } from './kit.mjs';

/** @import { Kit, Request } from './main.mjs' */

/**
 * Some transactions, an error and a flush, with the options that the test asks for.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function run(kit, request) {
  await init(kit, request);
  await transactAll(kit, 4);
  kit.Sentry.captureException(new Error('one that is handled'));
  const isFlushed = await kit.Sentry.flush(20_000);
  return { isFlushed, stats: request.bounded === false ? undefined : await statsOf(kit) };
}
