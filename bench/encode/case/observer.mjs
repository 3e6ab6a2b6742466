import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';

/**
 * The gaps of the event loop, in milliseconds. Both include the period of their timer, 1 ms.
 *
 * @typedef {object} LoopGaps
 * @property {number} longestGapMs longest time that the worker found the main thread's heart not beating
 * @property {number} longestDelayMs the same as `monitorEventLoopDelay` saw it
 */

/** For how long the loop is watched idle: a gap in that time belongs to the machine, not to the work. */
const IDLE_MS = 300;
const FIRST_TICKS_MS = 20;

/**
 * Watches the event loop from another thread: it needs no word from the code that is watched, and sees garbage
 * collection and everything else that keeps the loop from turning.
 *
 * @returns {Promise<{ idleGapMs: number, finish: () => Promise<LoopGaps> }>}
 */
export async function observeLoop() {
  const idle = await start();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const { longestGapMs } = await idle();
  return { idleGapMs: longestGapMs, finish: await start() };
}

async function start() {
  const shared = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  const lastBeat = new BigInt64Array(shared);
  const beat = () => Atomics.store(lastBeat, 0, process.hrtime.bigint());
  beat();
  const heart = setInterval(beat, 1);
  const worker = new Worker(new URL('./observer-worker.mjs', import.meta.url), { workerData: shared });
  await nextMessage(worker);
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  // It measures from one tick to the next: the first has to be there before the work.
  await new Promise((resolve) => setTimeout(resolve, FIRST_TICKS_MS));
  return async () => {
    delays.disable();
    const longestGapMs = nextMessage(worker);
    worker.postMessage('stop');
    const gaps = { longestGapMs: await longestGapMs, longestDelayMs: delays.max / 1e6 };
    clearInterval(heart);
    return gaps;
  };
}

/**
 * @param {Worker} worker
 * @returns {Promise<number>}
 */
function nextMessage(worker) {
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}
