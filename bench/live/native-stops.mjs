import { createRequire } from 'node:module';

const { cache } = createRequire(import.meta.url);
const ADDON = /sentry_cpu_profiler-[^/\\]+\.node$/;

/**
 * Times the stops of V8's profiles below all that the SDK and the integration do, in the same way for both. To be called
 * when the profiler is loaded, and before `Sentry.init`.
 *
 * @param {(tookMs: number) => void} onStop
 */
export function watchNativeStops(onStop) {
  const path = Object.keys(cache).find((name) => ADDON.test(name));
  const addon = path === undefined ? undefined : cache[path]?.exports;
  if (typeof addon?.stopProfiling !== 'function') throw new Error('The native profiler is not loaded.');
  const stop = addon.stopProfiling;
  /** @param {unknown[]} args */
  addon.stopProfiling = function stopTimed(...args) {
    const startMs = performance.now();
    const profile = stop.apply(this, args);
    onStop(performance.now() - startMs);
    return profile;
  };
}
