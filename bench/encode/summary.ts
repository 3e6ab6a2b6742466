import { median } from '../support/numbers.ts';
import type { Contender, Measurement, Run } from './types.ts';

/** Medians over the processes of one scenario and contender; NaN where nothing was measured. */
export interface Summary {
  readonly cpuMs: number;
  readonly extraPeakRssBytes: number;
  readonly longestGapMs: number;
  readonly longestSliceMs: number;
  readonly payloadBytes: number;
  readonly wireBytes: number;
  /** Why the profile did not arrive. */
  readonly failure: string | undefined;
}

/** Profiles after the first few of a process meet compiled code. */
const WARM_FROM_ROUND = 5;

export function summarize(runs: readonly Run[], scenario: string, contender: Contender): Summary {
  const own = runs.filter((run) => run.scenario === scenario && run.contender === contender);
  const plain = own.filter((run) => !run.isObserved).flatMap(roundsThatCount);
  const observed = own.filter((run) => run.isObserved).flatMap(roundsThatCount);
  const arrived = own.filter((run) => run.failure === undefined && run.received.requests > 0);
  const perRequest = (key: 'payloadBytes' | 'wireBytes'): number =>
    median(arrived.map(({ received }) => received[key] / received.requests));
  return {
    cpuMs: median(plain.map((one) => one.cpuMs)),
    extraPeakRssBytes: median(plain.map((one) => one.extraPeakRssBytes)),
    longestGapMs: median(observed.flatMap(({ loop }) => loop?.longestGapMs ?? [])),
    longestSliceMs: median(observed.flatMap(({ longestSliceMs }) => longestSliceMs ?? [])),
    payloadBytes: perRequest('payloadBytes'),
    wireBytes: perRequest('wireBytes'),
    failure: own.flatMap((run) => run.failure ?? run.measurements.flatMap(({ error }) => error ?? []))[0],
  };
}

function roundsThatCount({ measurements }: Run): readonly Measurement[] {
  return measurements.length > 1 ? measurements.slice(WARM_FROM_ROUND) : measurements;
}
