import type { StreakListener } from './failure-streak.ts';
import type { Outcome } from './fates.ts';
import type { Answer, NoAnswer } from './post.ts';

/** How an upload ended. */
export interface Ending {
  readonly outcome: Outcome;
  /** Whether an attempt was sent whole and got no answer. */
  readonly mayHaveArrived: boolean;
  readonly answer?: Partial<Answer>;
  /** The cause, for people. */
  readonly detail: string;
  /** Whether the SDK itself has reported the loss to Sentry. */
  readonly isReported?: boolean;
}

/** An end that is known beforehand. */
export interface Foreseen {
  readonly outcome: Outcome;
  readonly detail: string;
}

/** How uploads stand, as the statistics show it. */
export interface UploadStats {
  /** Attempts under way. */
  readonly active: number;
  /** Uploads that wait for their turn, or for another attempt. */
  readonly waiting: number;
  /** Since when no upload has got an answer, in milliseconds since 1970; undefined if the last one has got one. */
  readonly failingSinceMs: number | undefined;
  /** Error of the last attempt, as a rule its code; undefined if it got an answer. */
  readonly lastError: string | undefined;
  /** When the next attempt will be made if all wait for it, in milliseconds from now. */
  readonly nextAttemptInMs: number | undefined;
}

export const NO_UPLOADS: UploadStats = {
  active: 0,
  waiting: 0,
  failingSinceMs: undefined,
  lastError: undefined,
  nextAttemptInMs: undefined,
};

/** Something to upload. */
export interface Upload {
  /** One attempt. */
  attempt(signal: AbortSignal): Promise<Answer | NoAnswer>;
  /** How it would end if it were sent now, where that is known. */
  foresee(): Foreseen | undefined;
  /** How it ends with this answer. */
  conclude(answer: Answer): Outcome;
  /** Set by the queue: whether it waits for a failure to be over. A flush does not wait for it then. */
  isParked: boolean;
  /** Whether nobody wants it any more. */
  readonly isCancelled: boolean;
  /** Takes it out of the queue: nobody wants it any more. */
  remove(): void;
}

export interface QueueListener extends StreakListener {
  /** Uploads were parked, or go on. */
  onChange(): void;
}

/** An upload that waits or is under way. */
export interface Entry {
  readonly number: number;
  readonly upload: Upload;
  readonly resolve: (ending: Ending) => void;
  readonly queuedAtMs: number;
  /** By the clock that stands still while the process does. */
  readonly bornAtMs: number;
  triedAtMs: number;
  retryAtMs: number;
  tries: number;
  /** Pauses that it has waited for, or does: each is longer than the last. */
  pauses: number;
  /** Failures while others got their answers. */
  ownFailures: number;
  mayHaveArrived: boolean;
  /** Error of the last attempt. */
  error: string;
}

export function createEntry(
  number: number,
  upload: Upload,
  resolve: Entry['resolve'],
  bornAtMs: number,
): Entry {
  const nowMs = performance.now();
  return {
    number,
    upload,
    resolve,
    queuedAtMs: nowMs,
    bornAtMs,
    triedAtMs: nowMs,
    retryAtMs: 0,
    tries: 0,
    pauses: 0,
    ownFailures: 0,
    mayHaveArrived: false,
    error: '',
  };
}

/** Ends its pause before the time. The next one is as long: an attempt of a flush says little about the length of an outage. */
export function endPause(entry: Entry): void {
  if (entry.retryAtMs > performance.now()) entry.pauses--;
  entry.retryAtMs = 0;
}

export const NOT_SENT = 'not sent before the end';

/** @param othersError of other uploads, if none gets an answer now */
export function expired({ tries, error }: Entry, othersError: string | undefined): string {
  if (tries > 0) return failed({ tries, error });
  return othersError === undefined
    ? 'its turn did not come in time'
    : `never tried, others fail: ${othersError}`;
}

export function failed({ tries, error }: Pick<Entry, 'tries' | 'error'>): string {
  return `${error}, ${tries} ${tries === 1 ? 'attempt' : 'attempts'}`;
}

export function end(
  { resolve, mayHaveArrived }: Entry,
  outcome: Outcome,
  detail: string,
  answer?: Answer,
): void {
  resolve({ outcome, mayHaveArrived, detail, ...(answer && { answer }) });
}
