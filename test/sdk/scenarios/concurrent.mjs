import { compute } from './call-tree.mjs';
import { initProfiling, sleep } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

const PAUSE_MS = 100;

/** Share of its duration after which the first transaction has the last one beside it. */
const STAGGER_SHARE = 0.5;

/**
 * Many long transactions at once, each with a profile of its own, round after round, and how much memory that takes.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function concurrent(kit, request) {
  initProfiling(kit, request);
  const { transactions = 60, durationMs = 20_000, rounds = 2 } = request;
  // The same work in all, however many share it.
  const pauseMs = (PAUSE_MS * transactions) / 60;
  /** @type {number[]} */
  const rssBytes = [];
  const timer = setInterval(() => {
    rssBytes.push(process.memoryUsage.rss());
    process.send?.({ progress: { rssBytes: rssBytes.at(-1), stats: kit.getProfilingStats() } });
  }, 250);
  // Memory that every round needs anyway is taken before the first profile.
  for (let i = 0; i < 200; i++) compute();
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      Array.from({ length: transactions }, async (_, i) => {
        // Of more than 64 events at a time the SDK itself throws the rest away.
        await sleep((i / transactions) * STAGGER_SHARE * durationMs);
        await transact(kit, i, durationMs, pauseMs);
      }),
    );
    await sleep(500);
  }
  clearInterval(timer);
  if (request.flushMs !== undefined) await kit.Sentry.flush(request.flushMs);
  return { rssBytes, stats: kit.getProfilingStats() };
}

/**
 * @param {Kit} kit
 * @param {number} i
 * @param {number} durationMs
 * @param {number} pauseMs
 */
async function transact({ Sentry }, i, durationMs, pauseMs) {
  await Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name: `job ${i}`, forceTransaction: true }, async () => {
      const endMs = performance.now() + durationMs;
      while (performance.now() < endMs) {
        compute();
        await sleep(pauseMs);
      }
    }),
  );
}
