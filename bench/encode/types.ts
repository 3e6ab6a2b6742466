import type { PeakMethod } from './case/memory.mjs';
import type { LoopGaps } from './case/observer.mjs';

export const CONTENDERS = ['stock', 'json-ext', 'ours'] as const;
export type Contender = (typeof CONTENDERS)[number];

/** The task of a process, for one case. */
export interface CaseOptions {
  readonly contender: Contender;
  readonly profilePath: string;
  /** How many times as large as it was recorded the profile is made. */
  readonly copies: number;
  /** Profiles that are sent one after the other. */
  readonly rounds: number;
  /** Whether the event loop is watched. That costs CPU and memory, so those are taken from runs without. */
  readonly isObserved: boolean;
  readonly sinkPort: number;
}

/** The cost of one profile on its way. */
export interface Measurement {
  /** Of the whole process, all threads. */
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly extraPeakRssBytes: number;
  readonly peakMethod: PeakMethod;
  /** By the contender's own account. */
  readonly longestSliceMs: number | undefined;
  readonly loop: (LoopGaps & { readonly idleGapMs: number }) | undefined;
  readonly error: string | undefined;
}

/** The server's count. */
export interface Received {
  requests: number;
  wireBytes: number;
  payloadBytes: number;
}

/** One process of one case. */
export interface Run {
  readonly scenario: string;
  readonly contender: Contender;
  readonly isObserved: boolean;
  readonly measurements: readonly Measurement[];
  readonly received: Received;
  /** The error that ended the process. */
  readonly failure: string | undefined;
}
