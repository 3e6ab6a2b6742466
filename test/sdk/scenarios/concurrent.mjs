import { runInThisContext } from 'node:vm';
import { initProfiling, sleep } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/** Enough functions, on enough paths, for a call tree of thousands of nodes, and next to no garbage. */
const FUNCTIONS = Array.from({ length: 48 }, (_, i) =>
  runInThisContext(`(function step${i}(next, depth) {
    let sum = 0;
    for (let i = 0; i < 400; i++) sum = (sum * 31 + i) | 0;
    return depth === 0 ? sum : next((sum ^ ${i * 7919}) >>> 0, depth - 1);
  })`),
);

/**
 * Many long transactions at once, each with a profile of its own, round after round, and how much memory that takes.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function concurrent(kit, request) {
  initProfiling(kit, request);
  const { transactions = 60, durationMs = 20_000, rounds = 2 } = request;
  /** @type {number[]} */
  const rssBytes = [];
  const timer = setInterval(() => {
    rssBytes.push(process.memoryUsage.rss());
    process.send?.({ progress: { rssBytes: rssBytes.at(-1), stats: kit.getProfilingStats() } });
  }, 250);
  // What every round needs anyway is there before the first profile.
  for (let i = 0; i < 200; i++) compute();
  for (let round = 0; round < rounds; round++) {
    await Promise.all(Array.from({ length: transactions }, (_, i) => transact(kit, i, durationMs)));
    await sleep(500);
  }
  clearInterval(timer);
  return { rssBytes, stats: kit.getProfilingStats() };
}

/**
 * @param {Kit} kit
 * @param {number} i
 * @param {number} durationMs
 */
async function transact({ Sentry }, i, durationMs) {
  await Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name: `job ${i}`, forceTransaction: true }, async () => {
      const endMs = performance.now() + durationMs;
      while (performance.now() < endMs) {
        compute();
        await sleep(100);
      }
    }),
  );
}

let seed = 1;

/**
 * Calls functions that are picked at random, one within the other.
 *
 * @param {number} _result
 * @param {number} depth
 * @returns {number}
 */
function next(_result, depth) {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  return FUNCTIONS[(seed >> 8) % (depth > 12 ? 3 : FUNCTIONS.length)](next, depth);
}

function compute() {
  for (let i = 0; i < 40; i++) next(0, 20);
}
