import { init, statsOf, transactAll } from './kit.mjs';

/** @import { Kit, Request } from './main.mjs' */

/**
 * Set-ups in which the integration has nothing to do, or less than usual.
 *
 * @type {Record<string, (kit: Kit, request: Request) => Promise<object>>}
 */
const OPTIONS = {
  'the profiling integration': async ({ loadBounded }) => ({
    integrations: [(await loadBounded()).boundedProfilingIntegration()],
  }),
};

/**
 * @param {Kit} kit
 * @param {Request} request
 */
export async function run(kit, request) {
  // Before anything of the SDK has looked for its binary.
  if (request.modules) Object.defineProperty(process.versions, 'modules', { value: request.modules });
  await init(kit, request, await OPTIONS[request.variant ?? '']?.(kit, request));
  if (request.isManual) kit.Sentry.profiler.startProfiler();
  await transactAll(kit, 4);
  if (request.isManual) kit.Sentry.profiler.stopProfiler();
  const isFlushed = await kit.Sentry.flush(10_000);
  return { isFlushed, stats: request.bounded === false ? undefined : await statsOf(kit) };
}
