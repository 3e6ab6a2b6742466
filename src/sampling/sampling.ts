import type { ResolvedOptions } from '../resolve-options.ts';
import { type GovernorState, govern, INITIAL_STATE } from './governor.ts';
import type { SignalSources } from './signal-sources.ts';

/** How the rate stands, as the statistics show it. */
export interface SamplingStats {
  /** Share of your own rate that is in force, 0 to 1. */
  readonly rate: number;
  /** Live bytes of the old generation after the last major collection, as a share of its maximum; 0 before the first. */
  readonly heapUsedRatio: number;
  readonly activeContexts: number;
  /** `normal`; `reduced` by memory or by the number of contexts, now or lately; `paused`, because memory is critical. */
  readonly state: GovernorState['kind'];
}

export interface Sampling {
  readonly stats: SamplingStats;
  readonly isPaused: boolean;
  /** The rate in force now, 0 to 1. */
  decide(): number;
  close(): void;
}

/** For users who want their own rate and nothing else. */
export const UNGOVERNED: Sampling = {
  stats: { rate: 1, heapUsedRatio: 0, activeContexts: 0, state: 'normal' },
  isPaused: false,
  decide: () => 1,
  close: () => {},
};

/**
 * Asks the governor at every decision what rate is in force. It has to be asked at regular intervals too.
 *
 * @param choices among how many contexts the rate has to choose
 */
export function governSampling(
  options: Exclude<ResolvedOptions['sampling'], false>,
  sources: SignalSources,
  choices: (activeContexts: number) => number,
): Sampling {
  const watermarks = {
    low: options.lowWatermark,
    high: options.highWatermark,
    critical: options.criticalWatermark,
  };
  let state = INITIAL_STATE;
  const decide = (): number => {
    const signals = sources.read();
    const activeContexts = choices(signals.activeContexts);
    state = govern({ ...signals, activeContexts }, state, performance.now(), watermarks);
    return state.rate;
  };
  return {
    get stats() {
      const { heapLiveRatio, activeContexts } = sources.read();
      return { rate: state.rate, heapUsedRatio: heapLiveRatio, activeContexts, state: state.kind };
    },
    get isPaused() {
      return state.kind === 'paused';
    },
    decide,
    close: () => sources.close(),
  };
}
