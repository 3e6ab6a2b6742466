import { writeSync } from 'node:fs';
import { initProfiling, integrationsOf, sleep, work } from './kit.mjs';

/** @import { Kit, Request } from './run.mjs' */

/**
 * A script that profiles and then just ends, with no word to the SDK. It prints its statistics on its way out.
 *
 * @param {Kit} kit
 * @param {Request} request
 */
export async function exit(kit, request) {
  const { Sentry } = kit;
  initProfiling(
    kit,
    { ...request, lifecycle: 'manual' },
    {
      // At the end of a process it sends a session by the SDK's transport, which waits for the answer for ever.
      integrations: (/** @type {any[]} */ defaults) => [
        ...defaults.filter(({ name }) => name !== 'ProcessSession'),
        ...integrationsOf(kit, request),
      ],
    },
  );
  process.once('exit', () => writeSync(1, JSON.stringify(kit.getProfilingStats())));
  for (let round = 0; round < 3; round++) {
    Sentry.profiler.startProfiler();
    work(60);
    Sentry.profiler.stopProfiler();
    await sleep(20);
  }
  return {};
}
