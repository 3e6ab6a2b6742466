import type { Mode } from '../live/messages.ts';
import { Child } from '../support/child.ts';
import { arrivedAt, profilingEnv, startRelayProcess } from './measure.ts';
import { FUNCTION } from './plan.ts';

/** Calls of a function, each of which ends with a flush. */
export interface Calls {
  readonly flushesMs: readonly number[];
  readonly peakRssBytes: number;
  /** Profiles that arrived. */
  readonly profiles: number;
}

const INSTRUMENT = new URL('../live/instrument.mjs', import.meta.url).href;
const SCRIPT = new URL('app/function.mjs', import.meta.url);
const TIMEOUT_MS = 120_000;

type Report = Pick<Calls, 'flushesMs' | 'peakRssBytes'> & { type: 'calls' };

/** One run of the function, with a relay of its own. Rejects when it dies. */
export async function measureFunction(mode: Mode): Promise<Calls> {
  const { relay, dsn } = await startRelayProcess();
  const { oldSpaceMiB, options, calls, callMs } = FUNCTION;
  const child = new Child<object, Report>(SCRIPT, {
    env: { ...profilingEnv(mode, dsn, options), CALLS: String(calls), CALL_MS: String(callMs) },
    nodeFlags: [`--max-old-space-size=${oldSpaceMiB}`, '--import', INSTRUMENT],
  });
  try {
    const report = await child.next('calls', TIMEOUT_MS);
    if (report === undefined) throw new Error(`The function did not end. ${child.errorOutput}`);
    const { flushesMs, peakRssBytes } = report;
    return { flushesMs, peakRssBytes, profiles: await arrivedAt(relay) };
  } finally {
    await Promise.all([child.kill(), relay.kill()]);
  }
}
