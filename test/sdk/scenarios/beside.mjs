import { createRequire } from 'node:module';
import { initProfiling, sleep, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

const DURATION_MS = 4000;

/** When transactions begin and end, in milliseconds. */
const TRANSACTIONS = {
  /** One within another, two that overlap, one across all. */
  overlapping: [
    [0, 4000],
    [300, 2000],
    [500, 1500],
    [1800, 3600],
    [2500, 3900],
  ],
  /** With pauses between them. */
  'in turn': [
    [0, 800],
    [1000, 1500],
    [1700, 2600],
    [3000, 4000],
  ],
  /** The flush comes while the second one is short, and nothing has ended yet but the first. */
  'flush after one': [
    [0, 700],
    [900, 2000],
    [2200, 4000],
  ],
  /** The flush comes before anything has ended. */
  'flush at once': [
    [600, 2000],
    [2200, 4000],
  ],
};

/** A moment shortly after the start of a transaction. */
const FLUSH_MS = { 'flush after one': 1200, 'flush at once': 900 };

/**
 * A busy service, profiled, and a native profile of the whole time beside it, by the native module as it was loaded. In some
 * cases it is flushed meanwhile, which it tells its parent.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function beside(kit, request) {
  const { startProfiling, stopProfiling } = addon();
  initProfiling(kit, request);
  // Not 'a start': that it is one is seen by this name.
  const startBeside = () => startProfiling('beside');
  const startMs = performance.now();
  startBeside();
  /** @type {Record<string, number>} */
  const starts = {};
  /** @type {Record<string, number>} */
  const ends = {};
  const { flushMs = Number.POSITIVE_INFINITY, flushed } = flushMeanwhile(kit, request.variant);
  const transact = async (/** @type {number} */ fromMs, /** @type {number} */ untilMs) => {
    await sleep(fromMs);
    const name = `from ${fromMs}`;
    await kit.Sentry.withIsolationScope(() => {
      starts[name] = performance.now();
      return kit.Sentry.startSpan({ name, forceTransaction: true }, async () => {
        await sleep(untilMs - fromMs);
        // A flush that waited for running transactions would never be done.
        if (fromMs < flushMs && flushMs < untilMs) await flushed;
        ends[name] = performance.now();
      });
    });
  };
  await Promise.all([
    ...TRANSACTIONS[/** @type {keyof typeof TRANSACTIONS} */ (request.variant)].map(([from = 0, until = 0]) =>
      transact(from, until),
    ),
    serve(),
    flushed,
  ]);
  const native = stopProfiling('beside', 0, 0, false);
  const isFlushed = await kit.Sentry.flush(10_000);
  const epochMs = Date.now() - performance.now();
  return { isFlushed, native, startMs, starts, ends, epochMs, stats: kit.getProfilingStats() };
}

/**
 * @param {Kit} kit
 * @param {string | undefined} variant
 */
function flushMeanwhile({ Sentry, getProfilingStats }, variant) {
  const flushMs = FLUSH_MS[/** @type {keyof typeof FLUSH_MS} */ (variant)];
  const flush = async () => {
    await sleep(flushMs);
    const isFlushed = await Sentry.flush(10_000);
    process.send?.({ progress: { isFlushed, stats: getProfilingStats() } });
  };
  return { flushMs, flushed: flushMs === undefined ? undefined : flush() };
}

async function serve() {
  const endMs = performance.now() + DURATION_MS + 100;
  while (performance.now() < endMs) {
    work(8);
    await sleep(1);
  }
}

function addon() {
  const { cache } = createRequire(import.meta.url);
  const path = Object.keys(cache).find((name) => name.endsWith('.node')) ?? '';
  return { ...cache[path]?.exports };
}
