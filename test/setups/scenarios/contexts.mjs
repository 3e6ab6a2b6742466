import { AsyncLocalStorage } from 'node:async_hooks';
import { init, sleep, statsOf, transact } from './kit.mjs';

/** @import { Kit, Request } from './main.mjs' */

const REQUESTS = 12;

/**
 * A service with an AsyncLocalStorage of its own: each request has a store, which nobody may hold when it is over.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function run(kit, request) {
  /** @type {AsyncLocalStorage<{ name: string }>} */
  const storage = new AsyncLocalStorage();
  await init(kit, request, {
    beforeSendTransaction: (/** @type {any} */ event) => event,
  });
  /** @type {WeakRef<object>[]} */
  const stores = [];
  const seen = await Promise.all(
    Array.from({ length: REQUESTS }, async (_, i) => {
      await sleep(5 * i);
      const store = { name: `request ${i}` };
      stores.push(new WeakRef(store));
      return storage.run(store, () => handle(kit, storage));
    }),
  );
  const outside = storage.getStore();
  const isFlushed = await kit.Sentry.flush(10_000);
  // The connections that are kept for the next request are closed after two seconds.
  for (let i = 0; i < 30; i++) {
    global.gc?.();
    await sleep(100);
  }
  const live = stores.filter((store) => store.deref() !== undefined).length;
  return {
    seen,
    outside,
    live,
    isFlushed,
    stats: request.bounded === false ? undefined : await statsOf(kit),
  };
}

/**
 * @param {Kit} kit
 * @param {AsyncLocalStorage<{ name: string }>} storage
 */
async function handle(kit, storage) {
  /** @type {(string | undefined)[]} */
  const seen = [];
  const look = () => seen.push(storage.getStore()?.name);
  await transact(kit, storage.getStore()?.name ?? '', async () => {
    look();
    await sleep(5);
    look();
  });
  look();
  return seen;
}
