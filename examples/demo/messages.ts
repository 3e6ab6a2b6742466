import type { ProfilingStats } from '../../src/observe/stats.ts';

/** The three services that are compared. */
export type Mode = 'none' | 'stock' | 'bounded';

/** How a service is doing, as it says itself. */
export interface Vitals {
  rssBytes: number;
  heapUsedBytes: number;
  /** Since `observe`. */
  longestStallMs: number;
  /** Of all threads, since the process began. */
  cpuMs: number;
  /** Profiles in the envelopes that the SDK made. */
  captured: number;
  /** Lost profiles that the SDK itself counted, by its reason. */
  discarded: Record<string, number>;
  /** With the integration only. */
  stats?: ProfilingStats;
}

/** What a service tells the demo. */
export type ServiceMessage =
  | { type: 'ready'; port: number }
  | { type: 'vitals'; vitals: Vitals }
  | { type: 'drained'; vitals: Vitals };

/** What the demo tells a service. */
export type ServiceCommand = { type: 'observe' } | { type: 'drain'; timeoutMs: number };
