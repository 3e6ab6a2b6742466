import { monitorEventLoopDelay } from 'node:perf_hooks';
import { profileCounts } from './profile-counts.mjs';

const INTERVAL_MS = 250;
const RESOLUTION_MS = 10;

/** Ticks in native code, so that the observed loop's own timers do not matter. */
const loopDelay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

/**
 * Tells the parent every now and then how the service is doing.
 *
 * @param {() => import('../messages.ts').Vitals['stats']} getStats
 */
export function startVitals(getStats) {
  loopDelay.enable();
  setInterval(() => tellParent({ type: 'vitals', vitals: readVitals(getStats) }), INTERVAL_MS).unref();
}

/** Forgets the stalls so far. */
export function observeStalls() {
  loopDelay.reset();
}

/** @param {() => import('../messages.ts').Vitals['stats']} getStats @returns {import('../messages.ts').Vitals} */
export function readVitals(getStats) {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const stats = getStats();
  return {
    rssBytes: rss,
    heapUsedBytes: heapUsed,
    longestStallMs: Math.max(0, loopDelay.max / 1e6 - RESOLUTION_MS),
    cpuMs: (user + system) / 1000,
    ...profileCounts,
    ...(stats && { stats }),
  };
}

/** @param {import('../messages.ts').ServiceMessage} message */
export function tellParent(message) {
  process.send?.(message);
}
