import { abandoned } from './abandoned.mjs';
import { beside } from './beside.mjs';
import { closing } from './closing.mjs';
import { concurrent } from './concurrent.mjs';
import { continuous } from './continuous.mjs';
import { debugIds } from './debug-ids.mjs';
import { driven } from './driven.mjs';
import { exit } from './exit.mjs';
import { garbage } from './garbage.mjs';
import { gate } from './gate.mjs';
import { heap } from './heap.mjs';
import { links } from './links.mjs';
import { profiles } from './profiles.mjs';
import { reinit } from './reinit.mjs';
import { rotation } from './rotation.mjs';
import { service } from './service.mjs';
import { span } from './span.mjs';
import { steady } from './steady.mjs';
import { stops } from './stops.mjs';
import { stretches } from './stretches.mjs';
import { traffic } from './traffic.mjs';
import { witnessed } from './witnessed.mjs';
import { worker } from './worker.mjs';

/**
 * The arguments of a scenario: the SDK line of the project that runs it, and the request of the test.
 *
 * @typedef {{
 *   Sentry: any,
 *   nodeProfilingIntegration: () => any,
 *   boundedProfilingIntegration: (options?: object) => any,
 *   getProfilingStats: () => any,
 * }} Kit
 * @typedef {{ name: string, dsn: string, bounded?: object | false, order?: 'profiling-first' | 'bounded-first', lifecycle?: string, otherDsn?: string, flushMs?: number,
 *   profiled?: boolean, clients?: number, maxOldBytes?: number, baseRatio?: number, peakRatio?: number, normalMs?: number, recoveryMs?: number,
 *   transactions?: number, durationMs?: number, rounds?: number, workers?: number, variant?: string, rate?: number, options?: object,
 *   debugIds?: { member: string, byPath: Record<string, string>, between: string } }} Request
 */

const SCENARIOS = {
  abandoned,
  beside,
  closing,
  concurrent,
  continuous,
  'debug ids': debugIds,
  driven,
  exit,
  garbage,
  gate,
  heap,
  links,
  profiles,
  reinit,
  rotation,
  service,
  span,
  steady,
  stops,
  stretches,
  traffic,
  witnessed,
  worker,
};

/**
 * Runs the scenario that the parent process asks for and reports its result to it.
 *
 * @param {Kit} kit
 */
export async function runScenario(kit) {
  /** @type {Request} */
  const request = JSON.parse(process.argv[2] ?? '{}');
  const scenario = SCENARIOS[/** @type {keyof typeof SCENARIOS} */ (request.name)];
  const result = await scenario(kit, request);
  // The requests of the stock SDK may never end, and would keep the process alive.
  const exits = ['closing', 'concurrent'].includes(request.name) || request.bounded === false;
  const end = exits ? () => process.exit() : () => process.disconnect();
  process.send?.({ version: kit.Sentry.SDK_VERSION, ...result }, end);
}
