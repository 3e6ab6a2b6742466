import { getHeapSpaceStatistics } from 'node:v8';
import { compute } from './call-tree.mjs';
import { initProfiling, sleep } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/** An object with one small number takes 32 bytes, and its place in a list 8. */
const OBJECT_BYTES = 40;
const BLOCK_OBJECTS = 6400;
const BLOCK_BYTES = BLOCK_OBJECTS * OBJECT_BYTES;
const PHASE_MS = { grow: 12_000, hold: 3000 };
const SAMPLE_MS = 250;

/**
 * A service whose own live heap grows almost to the maximum of the old generation, stays there, and shrinks again.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function heap(kit, request) {
  initProfiling(kit, request);
  const {
    clients = 4,
    baseRatio = 0.3,
    peakRatio = 0.95,
    normalMs = 8000,
    recoveryMs = 75_000,
    maxOldBytes = 0,
  } = request;
  /** @type {{ atMs: number, liveRatio: number, ownRatio: number, stats: any }[]} */
  const timeline = [];
  /** @type {unknown[]} */
  const ballast = [];
  const hold = (/** @type {number} */ ratio) => {
    const blocks = Math.max(0, Math.floor((ratio * maxOldBytes - bareBytes) / BLOCK_BYTES));
    while (ballast.length < blocks) ballast.push(block());
    ballast.length = blocks;
  };
  const bareBytes = oldBytes();
  const startMs = performance.now();
  let isOver = false;
  const service = Promise.all(
    Array.from({ length: clients }, async () => {
      while (!isOver) await serve(kit);
    }),
  );
  const during = async (/** @type {number} */ ms, /** @type {(share: number) => number} */ ratioAt) => {
    for (let passedMs = 0; passedMs < ms; passedMs += SAMPLE_MS) {
      const ownRatio = ratioAt(passedMs / ms);
      hold(ownRatio);
      await sleep(SAMPLE_MS);
      timeline.push({
        atMs: Math.round(performance.now() - startMs),
        ownRatio,
        liveRatio: oldBytes() / maxOldBytes,
        stats: kit.getProfilingStats(),
      });
      process.send?.({ progress: timeline.at(-1) });
    }
  };
  await during(normalMs, () => baseRatio);
  await during(PHASE_MS.grow, (share) => baseRatio + share * (peakRatio - baseRatio));
  await during(PHASE_MS.hold, () => peakRatio);
  await during(recoveryMs, () => baseRatio);
  isOver = true;
  await service;
  await kit.Sentry.flush(5000);
  return { timeline, stats: kit.getProfilingStats() };
}

/**
 * Work that leaves no garbage: so near to its limit, V8 gives up on a process that allocates much, profiled or not.
 *
 * @param {Kit} kit
 */
async function serve({ Sentry }) {
  await Sentry.withIsolationScope(() =>
    Sentry.startSpan({ name: 'request', forceTransaction: true }, async () => {
      for (let turn = 0; turn < 4; turn++) {
        compute();
        await sleep(40);
      }
    }),
  );
}

/** Objects, not one string: collections have something to mark. */
function block() {
  return Array.from({ length: BLOCK_OBJECTS }, (_, i) => ({ i }));
}

function oldBytes() {
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => !/^new_|read_only/.test(space_name))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0);
}
