import type { ProfilingStats } from '../../src/index.ts';

/** The servers that are compared. */
export const MODES = ['none', 'stock', 'ours'] as const;
export type Mode = (typeof MODES)[number];

/** An SDK line: 10 takes a profile for each transaction here, 11 profiles in chunks. */
export type Sdk = '10' | '11';

/** A stretch of time, in milliseconds since the epoch. */
export type Interval = readonly [fromMs: number, toMs: number];

/** A server's report on itself. */
export interface ServerReport {
  /** Of all threads, since `observe`. */
  readonly cpuMs: number;
  /** Since the process began. */
  readonly peakRssBytes: number;
  /** How long each `end()` of a root span took, since `observe`. */
  readonly spanEndsMs: readonly number[];
  /** Since `observe`. */
  readonly longestStopMs: number;
  /** Root spans that ended since the process began. */
  readonly transactions: number;
  /** When root spans were open. */
  readonly busy: readonly Interval[];
  /** Of the integration, where it is there. */
  readonly profiling?: ProfilingStats | undefined;
}

export type ServerMessage = { readonly type: 'report'; readonly report: ServerReport };
export type ServerCommand =
  | { readonly type: 'observe' }
  | { readonly type: 'drain'; readonly timeoutMs: number };

/** The items that arrived at the relay. Items that Relay would refuse do not count. */
export interface RelayReport {
  /** Profiles of transactions that arrived too. */
  readonly profiles: number;
  /** From the first sample to the last of each chunk. */
  readonly chunks: readonly Interval[];
  /** Why Relay would have dropped others. */
  readonly invalid: readonly string[];
}

export type RelayMessage =
  | { readonly type: 'ready'; readonly dsn: string }
  | { readonly type: 'report'; readonly report: RelayReport };
export type RelayCommand = { readonly type: 'report' };
