import type { ProfileEncoding } from '../encode/profile-encoding.ts';
import type { Answer } from './post.ts';
import type { Reporting, Shipment } from './shipment.ts';
import type { SizeLimits } from './size-limits.ts';

/** A way for encoded profiles to the server. */
export interface Carrier {
  /** Prepares all of a shipment but its profile. */
  open(shipment: Shipment): Promise<Packer>;
  /** Whether the server can't be reached at the moment. */
  readonly isFailing: boolean;
  /** Tries at once what waits to be tried again. */
  hurry(): void;
  /** Ends what waits to be sent. */
  endWaiting(): void;
  /** Ends everything that is under way. */
  close(): void;
}

/** Puts profiles into the envelope of one shipment. */
export interface Packer {
  /** May be called again, with another encoding, if the last one was too large. */
  pack(encoding: ProfileEncoding): Promise<Parcel>;
}

/** A complete envelope, ready to be sent. */
export interface Parcel {
  /**
   * What the profile takes of the room that the limits leave it, by the tightest of them: above 1 the parcel must not be
   * sent. Infinity where the rest of the envelope leaves none.
   */
  readonly load: number;
  /** Size of the request body, in bytes; 0 if a refusal would not be told of in time to make it smaller. */
  readonly requestBytes: number;
  /** What it holds until it has arrived, in bytes. */
  readonly heldBytes: number;
  /** Sends it. From here on it is the carrier that ends the shipment. */
  ship(): void;
}

/** A parcel that was not even made: its profile alone is over a limit. */
export function unmade(load: number): Parcel {
  return { load, requestBytes: 0, heldBytes: 0, ship: () => {} };
}

/** What a part takes of the room that others leave it. */
export function loadOf(bytes: number, limitBytes: number, othersBytes = 0): number {
  return othersBytes < limitBytes ? bytes / (limitBytes - othersBytes) : Number.POSITIVE_INFINITY;
}

/**
 * Ends a shipment by what the server said to the whole envelope
 * (https://develop.sentry.dev/sdk/foundations/transport/#dealing-with-network-failures).
 *
 * @param sentBytes what the limits are to learn from the answer
 * @param reporting who puts a 413 into the client report: the SDK's transports do that themselves
 */
export function endByAnswer(
  shipment: Shipment,
  answer: Partial<Answer>,
  sentBytes: number,
  limits: SizeLimits,
  reporting: Reporting,
): void {
  const { statusCode } = answer;
  if (statusCode === undefined || (statusCode >= 200 && statusCode < 300)) {
    // A transport that says nothing may have sent nothing.
    if (statusCode !== undefined) limits.pass(sentBytes);
    shipment.deliver(sentBytes, answer);
  }
  // The server has counted a 429, and it means the whole envelope.
  else if (statusCode === 429) shipment.dropWithRest('rate-limited', 'counted-elsewhere', answer);
  else if (statusCode === 413) {
    limits.refuse(sentBytes);
    shipment.refuse(reporting);
  } else shipment.drop('rejected');
}
