import { on } from 'node:events';
import { init, statsOf, transact } from './kit.mjs';

/** @import { Kit, Request } from './main.mjs' */

/**
 * A function of a serverless platform: each event is handled in a transaction and flushed, and then the platform freezes the
 * process until the next one comes, or in the midst of it.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function run(kit, request) {
  const { Sentry } = kit;
  await init(kit, request);
  /** @type {number[]} */
  const flushesMs = [];
  const tell = (/** @type {object} */ message) => process.send?.(message);
  const messages = on(process, 'message');
  const next = async () => (await messages.next()).value[0];
  tell({ waiting: true });
  for (let event = await next(); event.name !== undefined; event = await next()) {
    const { name, isOpen, isFlushing } = event;
    await transact(kit, name, async () => {
      if (!isOpen) return;
      tell({ isOpen });
      await next();
    });
    if (isFlushing) {
      tell({ hasEnded: true });
      await next();
    }
    const startMs = performance.now();
    const flushing = Sentry.flush(2000);
    if (isFlushing) await next();
    await flushing;
    if (!isOpen && !isFlushing) flushesMs.push(performance.now() - startMs);
    tell({ waiting: true });
  }
  const isFlushed = await Sentry.flush(20_000);
  return { isFlushed, flushesMs, stats: request.bounded === false ? undefined : await statsOf(kit) };
}
