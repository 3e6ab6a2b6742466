import { on } from 'node:events';
import { init, sleep, statsOf, work } from './kit.mjs';

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
  /**
   * From the end of the work, because the SDK's work at the end of a span makes the caller wait as well.
   *
   * @type {number[]}
   */
  const flushesMs = [];
  const tell = (/** @type {object} */ message) => process.send?.(message);
  const messages = on(process, 'message');
  const next = async () => (await messages.next()).value[0];
  tell({ waiting: true });
  for (let event = await next(); event.name !== undefined; event = await next()) {
    const { name, isOpen, isFlushing } = event;
    let endedMs = 0;
    await Sentry.withIsolationScope(() =>
      Sentry.startSpan({ name, forceTransaction: true }, async () => {
        work(30);
        if (isOpen) {
          tell({ isOpen });
          await next();
        } else await sleep(10);
        work(30);
        endedMs = performance.now();
      }),
    );
    if (isFlushing) {
      tell({ hasEnded: true });
      await next();
    }
    const flushing = Sentry.flush(2000);
    if (isFlushing) await next();
    await flushing;
    if (!isOpen && !isFlushing) flushesMs.push(performance.now() - endedMs);
    tell({ waiting: true });
  }
  const isFlushed = await Sentry.flush(20_000);
  return { isFlushed, flushesMs, stats: request.bounded === false ? undefined : await statsOf(kit) };
}
