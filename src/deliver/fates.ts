import type { DropReason } from '../options.ts';
import type { Ending } from './upload.ts';

/** How sending an envelope with a profile ended. */
export type Outcome =
  /** Any 2xx, or a transport of the user's that says nothing. */
  | 'accepted'
  /** 429. */
  | 'throttled'
  /** 413, or not sent because such a size has been refused meanwhile. */
  | 'oversize'
  /** Any other status. */
  | 'rejected'
  /** No answer in all the time that there was. */
  | 'unanswered'
  /** The client was closed before. */
  | 'closed'
  /** Not sent: an active limit forbids it. */
  | 'limited';

/** The end of a profile, and of the other items of its envelope. */
export interface Fate {
  readonly profile: 'delivered' | DropReason;
  /** Whether the other items have shared the profile's fate, or go on without it. */
  readonly rest: 'shared' | 'alone';
  /** The losses that Sentry's client report tells of. */
  readonly report: 'nothing' | 'profile' | 'all';
}

/**
 * The rules of the protocol
 * (https://develop.sentry.dev/sdk/foundations/transport/#dealing-with-network-failures,
 * https://develop.sentry.dev/sdk/foundations/transport/rate-limiting/): 4xx and 5xx mean the whole envelope, which is discarded and
 * reported; 429 too, and the server has counted it. Only a size may be the profile's alone.
 */
const FATES: Readonly<Record<Outcome, Fate>> = {
  accepted: { profile: 'delivered', rest: 'shared', report: 'nothing' },
  throttled: { profile: 'rate-limited', rest: 'shared', report: 'nothing' },
  oversize: { profile: 'too-large', rest: 'alone', report: 'profile' },
  rejected: { profile: 'rejected', rest: 'shared', report: 'all' },
  unanswered: { profile: 'network', rest: 'alone', report: 'profile' },
  closed: { profile: 'shutdown', rest: 'alone', report: 'profile' },
  limited: { profile: 'rate-limited', rest: 'alone', report: 'profile' },
};

/** @param mayHaveArrived whether an attempt was sent whole without an answer: sent again, the rest might stand there twice */
export function fateOf(outcome: Outcome, mayHaveArrived: boolean): Fate {
  const fate = FATES[outcome];
  return fate.rest === 'alone' && mayHaveArrived ? { ...fate, rest: 'shared', report: 'all' } : fate;
}

/** The fate by an ending. Losses that the SDK has reported itself are not reported again. */
export function fateOfEnding({ outcome, mayHaveArrived, isReported }: Ending): Fate {
  const fate = fateOf(outcome, mayHaveArrived);
  return isReported ? { ...fate, report: 'nothing' } : fate;
}

/** Why a profile does not go on, for those that never left. */
export interface Loss {
  readonly reason: DropReason;
  /** The cause, for people. */
  readonly detail: string;
}

/** A profile that never left. */
export function leftOut(profile: DropReason): Fate {
  return { profile, rest: 'alone', report: 'profile' };
}

export function outcomeOf(statusCode: number | undefined): Outcome {
  if (statusCode === undefined || (statusCode >= 200 && statusCode < 300)) return 'accepted';
  if (statusCode === 429) return 'throttled';
  return statusCode === 413 ? 'oversize' : 'rejected';
}
