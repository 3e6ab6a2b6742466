import type { Behaviour } from '../../test/support/relay/index.ts';
import type { Mode } from './messages.ts';

const MiB = 1024 * 1024;

/** A stretch of a run, and how the relay behaves meanwhile. */
export interface Phase {
  name: string;
  forMs: number;
  relay: Behaviour;
}

export const WARM_UP: Phase = { name: 'warm-up', forMs: 2000, relay: { kind: 'normal' } };
export const SILENCE: Phase = { name: 'relay silent', forMs: 7000, relay: { kind: 'silent' } };

/** The load runs through all of these. */
export const PHASES: readonly Phase[] = [
  WARM_UP,
  { name: 'load', forMs: 3000, relay: { kind: 'normal' } },
  SILENCE,
  { name: 'relay back', forMs: 3000, relay: { kind: 'normal' } },
];

/** About what it takes to start two processes. */
export const START_MS = 1500;
/** About what it takes to answer the last requests and to deliver what is still queued. */
export const DRAIN_MS = 3000;
export const DRAIN_TIMEOUT_MS = 5000;
export const LOAD_MS = PHASES.reduce((sum, { forMs }) => sum + forMs, 0);
export const RUN_MS = START_MS + LOAD_MS + DRAIN_MS;

/** Requests open at a time, each for about four seconds. */
export const connections = 64;
/** The same in every run: a service that suffers takes longer for them. */
export const requests = 4 * connections;

export const HEAP_LIMIT_BYTES = 256 * MiB;
/** What nginx lets through if it is not told otherwise (`client_max_body_size`), compressed. */
export const MAX_BODY_BYTES = MiB;

/** In this order. */
export const MODES: readonly Mode[] = ['none', 'stock', 'bounded'];

export const MODE_NAMES: Record<Mode, string> = {
  none: 'no profiling',
  stock: 'stock SDK',
  bounded: 'with the integration',
};
