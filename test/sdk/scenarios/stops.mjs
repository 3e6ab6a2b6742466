import { createRequire } from 'node:module';
import { compute } from './call-tree.mjs';
import { initProfiling } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/**
 * A busy service with continuous profiling, and how long the native stops take.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function stops(kit, request) {
  const { Sentry } = kit;
  initProfiling(kit, { ...request, lifecycle: 'manual' });
  const stopsMs = timeStops();
  Sentry.profiler.startProfiler();
  const endMs = performance.now() + (request.durationMs ?? 62_000);
  while (performance.now() < endMs) {
    compute();
    await new Promise(setImmediate);
  }
  Sentry.profiler.stopProfiler();
  await Sentry.flush(10_000);
  return { stopsMs, stats: kit.getProfilingStats() };
}

/** By a wrapper of its own: the stock SDK is measured too. */
function timeStops() {
  const require = createRequire(createRequire(import.meta.url).resolve('@sentry/profiling-node'));
  /** @type {any} */
  const bindings = require('@sentry/node-cpu-profiler').CpuProfilerBindings;
  /** @type {number[]} */
  const stopsMs = [];
  const { stopProfiling } = bindings;
  bindings.stopProfiling = (/** @type {any} */ ...args) => {
    const startMs = performance.now();
    const profile = stopProfiling.apply(bindings, args);
    stopsMs.push(performance.now() - startMs);
    return profile;
  };
  return stopsMs;
}
