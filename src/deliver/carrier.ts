import type { ProfileEncoding } from '../encode/profile-encoding.ts';
import type { Answer } from './post.ts';
import type { Reporting, Shipment } from './shipment.ts';

/** A way for encoded profiles to the server. */
export interface Carrier {
  /** Takes an encoded profile over: from here on it is the carrier that ends the shipment. */
  carry(shipment: Shipment, encoding: ProfileEncoding): Promise<void>;
  /** Whether the server can't be reached at the moment. */
  readonly isFailing: boolean;
  /** Ends what waits to be sent. */
  endWaiting(): void;
  /** Ends everything that is under way. */
  close(): void;
}

/** Sizes that must not be exceeded, in bytes. */
export interface SizeLimits {
  readonly itemBytes: number;
  readonly envelopeBytes: number;
  readonly requestBytes: number;
}

/**
 * Ends a shipment by what the server said to the whole envelope
 * (https://develop.sentry.dev/sdk/foundations/transport/#dealing-with-network-failures).
 *
 * @param reporting who puts a 413 into the client report: the SDK's transports do that themselves
 */
export function endByAnswer(
  shipment: Shipment,
  answer: Partial<Answer>,
  sentBytes: number,
  reporting: Reporting,
): void {
  const { statusCode } = answer;
  if (statusCode === undefined || (statusCode >= 200 && statusCode < 300))
    shipment.deliver(sentBytes, answer);
  // The server has counted a 429, and it means the whole envelope.
  else if (statusCode === 429) shipment.dropWithRest('rate-limited', 'counted-elsewhere', answer);
  else if (statusCode === 413) shipment.drop('too-large', reporting);
  else shipment.drop('rejected');
}
