import type { BaseEnvelopeHeaders, BaseEnvelopeItemHeaders } from '@sentry/core';
import type { ProfileEncoding } from '../profile/profile-encoding.ts';
import type { Rest } from './rest.ts';
import type { Shipment } from './shipment.ts';
import type { Ending, UploadStats } from './upload.ts';

/** A way for encoded profiles to the server. */
export interface Carrier {
  /** Makes the other items of the envelope ready to wait. @returns false if the budget has no room for them */
  stow(rest: Rest): boolean;
  /** Puts a profile, or a part of one, into its envelope. May be called again with a smaller one. */
  pack(consignment: Consignment, encoding: ProfileEncoding): Promise<Parcel | TooLarge>;
  /** Whether the server answers: an envelope that leaves now will know its end soon. */
  readonly isFlowing: boolean;
  readonly stats: UploadStats;
  /** Tries failed uploads again at once. */
  hurry(): void;
  /** Ends all uploads that wait. */
  endWaiting(): void;
  /** Ends everything that is under way. */
  close(): void;
}

/** One envelope: that of a whole profile, or that of a part of it. */
export interface Consignment {
  /** The shipment that this envelope belongs to. */
  readonly shipment: Shipment;
  readonly envelopeHeader: BaseEnvelopeHeaders;
  readonly itemHeader: BaseEnvelopeItemHeaders;
  readonly rest: Rest;
}

/** A complete envelope, ready to be sent. */
export interface Parcel {
  readonly fits: true;
  /** Share of the tightest limit that the profile fills, after the other items have taken theirs: at most 1. */
  readonly fillRatio: number;
  /** Size of the request body, in bytes; 0 if a refusal would not be told of in time to make it smaller. */
  readonly requestBytes: number;
  /** Size that the statistics count as sent once it has arrived, in bytes. */
  readonly sentBytes: number;
  /** Memory that it holds until it has arrived, in bytes, without the other items of the envelope. */
  readonly heldBytes: number;
  /** Sends it, once. */
  ship(): Promise<Ending>;
}

/** A profile that is over a limit. */
export interface TooLarge {
  readonly fits: false;
  /** Above 1. Infinity where the rest of the envelope leaves no room. */
  readonly fillRatio: number;
  /** Which limit, for people. */
  readonly detail: string;
}

/** A limit, and the bytes that it has to hold. */
export interface Fill {
  readonly name: string;
  readonly limitBytes: number;
  /** Bytes of the profile: these can be made fewer. */
  readonly bytes: number;
  readonly othersBytes?: number;
}

/** Finds the limit that leaves the profile the least room. @returns the share of that room that the profile takes */
export function tightest(fills: readonly Fill[]): { readonly fillRatio: number; readonly detail: string } {
  let fillRatio = 0;
  let detail = '';
  for (const { name, limitBytes, bytes, othersBytes = 0 } of fills) {
    const own = othersBytes < limitBytes ? bytes / (limitBytes - othersBytes) : Number.POSITIVE_INFINITY;
    if (own <= fillRatio) continue;
    fillRatio = own;
    detail = `${bytes + othersBytes} bytes, ${name} ${limitBytes}`;
  }
  return { fillRatio, detail };
}
