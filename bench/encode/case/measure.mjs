import { setTimeout as sleep } from 'node:timers/promises';
import { watchPeakRss } from './memory.mjs';
import { observeLoop } from './observer.mjs';

/** Sweeping and giving memory back go on in the background for a while after a collection. */
const SETTLE_MS = 300;

/**
 * @param {import('../contenders/contender.d.ts').Contender} contender
 * @param {() => object} takeProfile
 * @param {boolean} isObserved
 * @returns {Promise<import('../types.ts').Measurement>}
 */
export async function measure(contender, takeProfile, isObserved) {
  const observer = isObserved ? await observeLoop() : undefined;
  const readPeak = watchPeakRss();
  const startCpu = process.cpuUsage();
  const startMs = performance.now();
  const error = await failureOf(() => contender.send(takeProfile));
  const wallMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(startCpu);
  const { extraPeakRssBytes, peakMethod } = readPeak();
  const gaps = await observer?.finish();
  return {
    cpuMs: (user + system) / 1000,
    wallMs,
    extraPeakRssBytes,
    peakMethod,
    longestSliceMs: contender.longestSliceMs?.(),
    loop: observer && gaps ? { ...gaps, idleGapMs: observer.idleGapMs } : undefined,
    error,
  };
}

/** Collects the garbage of loading before the work, which would pay for it otherwise. */
export async function settle() {
  global.gc?.();
  await sleep(SETTLE_MS);
  global.gc?.();
  await sleep(SETTLE_MS);
}

/**
 * @param {() => PromiseLike<unknown>} work
 * @returns {Promise<string | undefined>}
 */
async function failureOf(work) {
  try {
    await work();
    return undefined;
  } catch (error) {
    return String(error);
  }
}
