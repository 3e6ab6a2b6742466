import type { BaseEnvelopeHeaders, BaseEnvelopeItemHeaders } from '@sentry/core';
import type { ProfileEncoding } from '../encode/profile-encoding.ts';
import type { Rest } from './rest.ts';
import type { Shipment } from './shipment.ts';
import type { Ending, UploadStats } from './upload.ts';

/** A way for encoded profiles to the server. */
export interface Carrier {
  /** Makes what travels with a profile ready to wait. @returns false if there is no room for it */
  stow(rest: Rest): boolean;
  /** Puts a profile, or a part of one, into its envelope. May be called again with a smaller one. */
  pack(consignment: Consignment, encoding: ProfileEncoding): Promise<Parcel | TooLarge>;
  /** Whether what is sent now can expect its answer before long. */
  readonly isFlowing: boolean;
  readonly stats: UploadStats;
  /** Tries at once what waits for a failure to be over. */
  hurry(): void;
  /** Ends what waits to be sent. */
  endWaiting(): void;
  /** Ends everything that is under way. */
  close(): void;
}

/** One envelope: that of a whole profile, or that of a part of it. */
export interface Consignment {
  /** What it belongs to. */
  readonly shipment: Shipment;
  readonly envelopeHeader: BaseEnvelopeHeaders;
  readonly itemHeader: BaseEnvelopeItemHeaders;
  readonly rest: Rest;
}

/** A complete envelope, ready to be sent. */
export interface Parcel {
  readonly fits: true;
  /** What the profile takes of the room that the limits leave it, by the tightest of them: at most 1. */
  readonly load: number;
  /** Size of the request body, in bytes; 0 if a refusal would not be told of in time to make it smaller. */
  readonly requestBytes: number;
  /** What counts as sent when it has arrived, in bytes. */
  readonly sentBytes: number;
  /** What it holds until it has arrived, in bytes, without what travels with it. */
  readonly heldBytes: number;
  /** Sends it, once. */
  ship(): Promise<Ending>;
}

/** A profile that is over a limit. */
export interface TooLarge {
  readonly fits: false;
  /** Above 1. Infinity where the rest of the envelope leaves no room. */
  readonly load: number;
  /** Which limit, for people. */
  readonly detail: string;
}

/** A limit, and what it is to hold. */
export interface Fill {
  readonly name: string;
  readonly limitBytes: number;
  /** What can be made smaller. */
  readonly bytes: number;
  readonly othersBytes?: number;
}

/** What the profile takes of the room that others leave it, by the limit that is tightest for it. */
export function tightest(fills: readonly Fill[]): { readonly load: number; readonly detail: string } {
  let load = 0;
  let detail = '';
  for (const { name, limitBytes, bytes, othersBytes = 0 } of fills) {
    const own = othersBytes < limitBytes ? bytes / (limitBytes - othersBytes) : Number.POSITIVE_INFINITY;
    if (own <= load) continue;
    load = own;
    detail = `${bytes + othersBytes} bytes, ${name} ${limitBytes}`;
  }
  return { load, detail };
}
