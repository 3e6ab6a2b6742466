import { createRequire } from 'node:module';
import { init, sleep, statsOf, transactAll } from './kit.mjs';

/** @import { Kit, Request } from './main.mjs' */

const ROUNDS = 5;

/**
 * `Sentry.init` five times, each followed by a transaction, and by an end of the client where that is asked for. Reports the
 * listeners and the statistics each time.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function run(kit, request) {
  const rounds = [];
  /** @type {WeakRef<object>[]} */
  const clients = [];
  for (let i = 0; i < ROUNDS; i++) {
    await init(kit, request);
    clients.push(new WeakRef(kit.Sentry.getClient()));
    await transactAll(kit, 1, i);
    await (request.isClosed ? kit.Sentry.close(10_000) : kit.Sentry.flush(10_000));
    rounds.push({
      listeners: listenersOf(),
      stats: request.bounded === false ? undefined : await statsOf(kit),
    });
  }
  for (let i = 0; i < 5; i++) {
    global.gc?.();
    await sleep(50);
  }
  const live = clients.filter((client) => client.deref() !== undefined).length;
  return { rounds, live, isNative: isNative() };
}

/** How many listen to the process, by event. */
function listenersOf() {
  return Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)]));
}

/** Whether the native profiler has its own functions. */
function isNative() {
  const { cache } = createRequire(import.meta.url);
  const addon = Object.values(cache).find((module) => module?.id.includes('sentry_cpu_profiler'));
  return /\[native code\]/.test(String(addon?.exports.startProfiling));
}
