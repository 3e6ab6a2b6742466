import { channel } from 'node:diagnostics_channel';
import type { Drop } from '../options.ts';
import type { ProfileFormat } from '../profile/types.ts';
import type { SkipReason } from '../sampling/admission.ts';
import type { SamplingCause, SamplingState } from '../sampling/sampling.ts';

/** On `sentry-bounded-profiling:delivered`: the server has acknowledged a profile. */
export interface Delivery {
  readonly format: ProfileFormat;
  /** The `event_id` of the profile or the `chunk_id` of the chunk; empty if it had none. */
  readonly id: string;
  /** Size of the acknowledged request bodies, compressed; as handed over, with a transport of your own. */
  readonly sentBytes: number;
}

/** On `sentry-bounded-profiling:skip`: your own rate had chosen a profile that was not taken. */
export interface Skip {
  readonly format: ProfileFormat;
  readonly reason: SkipReason;
}

/** On `sentry-bounded-profiling:state`: the governor has changed its state. */
export interface StateChange {
  readonly from: SamplingState;
  readonly to: SamplingState;
  /** Share of your own rate that is in force now, 0 to 1. */
  readonly rate: number;
  /** The cause that reduces it, or has last. */
  readonly cause: SamplingCause | undefined;
}

/** Messages on `sentry-bounded-profiling:drop` are those that `onDrop` gets. */
const CHANNELS = {
  drop: channel('sentry-bounded-profiling:drop'),
  delivered: channel('sentry-bounded-profiling:delivered'),
  skip: channel('sentry-bounded-profiling:skip'),
  state: channel('sentry-bounded-profiling:state'),
};

interface Messages {
  readonly drop: Drop;
  readonly delivered: Delivery;
  readonly skip: Skip;
  readonly state: StateChange;
}

/** Makes a message only if somebody listens. */
export function publish<Name extends keyof Messages>(name: Name, message: () => Messages[Name]): void {
  const { [name]: one } = CHANNELS;
  if (one.hasSubscribers) one.publish(message());
}
