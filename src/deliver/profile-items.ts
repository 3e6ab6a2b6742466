import { types } from 'node:util';
import type { BaseEnvelopeHeaders, BaseEnvelopeItemHeaders, Envelope } from '@sentry/core';
import type { ProfileIdentity } from '../ledger.ts';
import type { Profile, ProfileFormat } from '../profile/types.ts';

/** Any item, any header: applications send envelopes of their own through the same transport. */
export type AnyItem = [BaseEnvelopeItemHeaders, unknown];
export type AnyEnvelope = [BaseEnvelopeHeaders, AnyItem[]];

/** The server takes the time between `sent_at` and now for the drift of a clock, and corrects all times by it. */
export function freshHeader(header: BaseEnvelopeHeaders): BaseEnvelopeHeaders {
  return { ...header, sent_at: new Date().toISOString() } as BaseEnvelopeHeaders;
}

/** A profile taken out of its envelope. */
export interface ProfileItem {
  readonly identity: ProfileIdentity;
  readonly header: BaseEnvelopeItemHeaders;
  readonly payload: Profile;
}

/**
 * Whether the envelope has a profile that can be taken out. A value that is no envelope, or can't be changed, is left to the transport
 * below.
 */
export function hasProfile(envelope: Envelope): boolean {
  try {
    const [, items] = envelope as AnyEnvelope;
    let isFound = false;
    // Not by a method of the list, which may have its own.
    for (const item of items) if (readProfile(item) !== undefined) isFound = true;
    return isFound && Array.isArray(items) && !Object.isSealed(items);
  } catch {
    return false;
  }
}

/**
 * Takes the profiles out of an envelope, so that nobody who still holds the envelope holds them.
 *
 * @returns none, with nothing changed, where items read otherwise than they did before
 */
export function takeProfiles(envelope: AnyEnvelope): ProfileItem[] {
  const taken: ProfileItem[] = [];
  try {
    const items = envelope[1];
    const rest: AnyItem[] = [];
    for (const item of items) {
      const profile = readProfile(item);
      if (profile === undefined) rest.push(item);
      else taken.push(profile);
    }
    items.length = 0;
    for (const item of rest) items[items.length] = item;
    return taken;
  } catch {
    return [];
  }
}

/**
 * A profile as the SDK builds it is an object; text and bytes have been encoded by somebody else already.
 *
 * @returns undefined for any other item
 * @throws TypeError if it is no item
 */
function readProfile([header, payload]: AnyItem): ProfileItem | undefined {
  const type: unknown = header.type;
  if (typeof type !== 'string') throw new TypeError('Expected an item to have a type');
  const format = formatOf(type);
  // Not by `instanceof`, which asks a proxy.
  if (format === undefined || typeof payload !== 'object' || types.isUint8Array(payload)) return undefined;
  const id = readId(payload, format === 'chunk' ? 'chunk_id' : 'event_id');
  return { identity: { format, id }, header, payload: payload as Profile };
}

function formatOf(itemType: string): ProfileFormat | undefined {
  if (itemType === 'profile') return 'transaction';
  return itemType === 'profile_chunk' ? 'chunk' : undefined;
}

function readId(payload: object | null, key: string): string {
  try {
    const id = (payload as Record<string, unknown> | null)?.[key];
    return typeof id === 'string' ? id : '';
  } catch {
    return '';
  }
}
