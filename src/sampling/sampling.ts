import type { StateChange } from '../observe/channels.ts';
import type { ResolvedOptions } from '../resolve-options.ts';
import { causeOf, explain, type SamplingCause } from './cause.ts';
import { type GovernorState, govern, INITIAL_STATE } from './governor.ts';
import type { SignalSources } from './signal-sources.ts';

/** How the rate stands, as the statistics show it. */
export interface SamplingStats {
  /** Share of your own rate that is in force, 0 to 1. */
  readonly rate: number;
  /** Live bytes of the old generation after the last major collection, as a share of its maximum; 0 before the first. */
  readonly heapUsedRatio: number;
  /**
   * The working set of the container, all its processes together, as a share of its limit; 0 where there is none. As Kubernetes
   * counts it: without the page cache that the kernel would take back.
   */
  readonly containerUsedRatio: number;
  readonly activeContexts: number;
  /** `normal`; `reduced` by memory or by the number of contexts, now or lately; `paused`, because memory is critical. */
  readonly state: SamplingState;
  /** The cause of the reduced rate, or of the last reduction if that was lately; undefined in the normal state. */
  readonly cause: SamplingCause | undefined;
}

export type SamplingState = GovernorState['kind'];
export type { SamplingCause } from './cause.ts';

export interface Sampling {
  readonly stats: SamplingStats;
  readonly isPaused: boolean;
  /** The rate in force now, 0 to 1. */
  decide(): number;
  /** Has to be called at regular intervals: it reads the signals that are too dear to be read for every decision, and decides. */
  tick(): void;
  close(): void;
}

/** The sampling of users who want their own rate and nothing else. */
export const UNGOVERNED: Sampling = {
  stats: {
    rate: 1,
    heapUsedRatio: 0,
    containerUsedRatio: 0,
    activeContexts: 0,
    state: 'normal',
    cause: undefined,
  },
  isPaused: false,
  decide: () => 1,
  tick: () => {},
  close: () => {},
};

export interface GovernedSamplingDeps {
  readonly sources: SignalSources;
  /** The number of contexts among which the rate has to choose. */
  readonly choices: (activeContexts: number) => number;
  readonly budgetBytes: number;
  /** Called for each change of the state. @param why the cause of the reduced rate, in figures */
  readonly onChange: (change: StateChange, why: string) => void;
}

/** Asks the governor at every decision what rate is in force. */
export function governSampling(
  options: Exclude<ResolvedOptions['sampling'], false>,
  deps: GovernedSamplingDeps,
): Sampling {
  const { sources, choices, onChange } = deps;
  const watermarks = {
    low: options.lowWatermark,
    high: options.highWatermark,
    critical: options.criticalWatermark,
  };
  let state = INITIAL_STATE;
  let cause: SamplingCause | undefined;
  const decide = (): number => {
    const read = sources.read();
    const signals = { ...read, activeContexts: choices(read.activeContexts) };
    const from = state.kind;
    state = govern(signals, state, performance.now(), watermarks);
    const { kind: to, rate } = state;
    if (to === 'normal') cause = undefined;
    else cause = causeOf(signals, state, watermarks, deps.budgetBytes) ?? cause;
    if (to !== from) onChange({ from, to, rate, cause }, explain(cause, signals));
    return rate;
  };
  return {
    get stats() {
      const { heapLiveRatio, containerRatio, activeContexts } = sources.read();
      return {
        rate: state.rate,
        heapUsedRatio: heapLiveRatio,
        containerUsedRatio: containerRatio,
        activeContexts,
        state: state.kind,
        cause,
      };
    },
    get isPaused() {
      return state.kind === 'paused';
    },
    decide,
    tick: () => {
      sources.refresh();
      decide();
    },
    close: () => sources.close(),
  };
}
