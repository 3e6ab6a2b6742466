import { Session } from 'node:inspector/promises';
import { createRequire } from 'node:module';
import { init, statsOf, transactAll, work } from './kit.mjs';

/** @import { Kit, Request } from './main.mjs' */

/**
 * Other profilers in the same process.
 *
 * @type {Record<string, (kit: Kit, request: Request) => Promise<object>>}
 */
const CASES = {
  inspector: async (kit, request) => {
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await init(kit, request);
    await transactAll(kit, 4);
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    // V8 may have ended nothing else with it.
    await transactAll(kit, 2, 4);
    return {
      functions: profile.nodes.map(({ callFrame }) => callFrame.functionName),
      samples: profile.samples?.length,
    };
  },

  bindings: async (kit, request) => {
    await init(kit, request);
    const { CpuProfilerBindings: bindings } = bindingsOf(kit);
    bindings.startProfiling('mine');
    await transactAll(kit, 4);
    const whole = bindings.stopProfiling('mine', 0);
    bindings.startProfiling('alone');
    work(100);
    const alone = bindings.stopProfiling('alone', 1);
    await transactAll(kit, 2, 4);
    return {
      functions: whole.frames.map((/** @type {any} */ frame) => frame.function),
      samples: whole.samples.length,
      aloneSamples: alone.samples.length,
      unknown: bindings.stopProfiling('nobody', 0),
    };
  },
};

/**
 * @param {Kit} kit
 * @returns {any}
 */
function bindingsOf({ project }) {
  const require = createRequire(new URL(`../../${project}/packages.mjs`, import.meta.url));
  return createRequire(require.resolve('@sentry/profiling-node'))('@sentry/node-cpu-profiler');
}

/**
 * @param {Kit} kit
 * @param {Request} request
 */
export async function run(kit, request) {
  const seen = await CASES[request.variant ?? '']?.(kit, request);
  const isFlushed = await kit.Sentry.flush(10_000);
  return { ...seen, isFlushed, stats: await statsOf(kit) };
}
