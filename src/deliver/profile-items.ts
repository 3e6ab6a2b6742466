import type { BaseEnvelopeHeaders, BaseEnvelopeItemHeaders, Envelope, EnvelopeItem } from '@sentry/core';
import type { ProfileIdentity } from '../ledger.ts';
import type { Profile, ProfileFormat } from '../profile/types.ts';

/** Any item, any header: what passes through this package is not all its own. */
export type AnyItem = [BaseEnvelopeItemHeaders, unknown];
export type AnyEnvelope = [BaseEnvelopeHeaders, AnyItem[]];

/** A profile taken out of its envelope. */
export interface ProfileItem {
  readonly identity: ProfileIdentity;
  readonly header: BaseEnvelopeItemHeaders;
  readonly payload: Profile;
}

/** A profile as the SDK builds it is an object; text and bytes have been encoded by somebody else already. */
function isProfileItem([header, payload]: AnyItem): boolean {
  return (
    formatOf(header.type) !== undefined && typeof payload === 'object' && !(payload instanceof Uint8Array)
  );
}

export function hasProfile(envelope: Envelope): boolean {
  return (envelope[1] as EnvelopeItem[]).some((item) => isProfileItem(item as AnyItem));
}

/** Takes the profiles out of an envelope, so that nobody who still holds the envelope holds them. */
export function takeProfiles(envelope: AnyEnvelope): ProfileItem[] {
  const taken = envelope[1].filter(isProfileItem);
  const rest = envelope[1].filter((item) => !isProfileItem(item));
  envelope[1].splice(0, envelope[1].length, ...rest);
  return taken.map(([header, payload]) => ({
    identity: identify(header, payload),
    header,
    payload: payload as Profile,
  }));
}

function formatOf(itemType: unknown): ProfileFormat | undefined {
  if (itemType === 'profile') return 'transaction';
  return itemType === 'profile_chunk' ? 'chunk' : undefined;
}

function identify(header: BaseEnvelopeItemHeaders, payload: unknown): ProfileIdentity {
  const format = formatOf(header.type) as ProfileFormat;
  return { format, id: readId(payload, format === 'chunk' ? 'chunk_id' : 'event_id') };
}

function readId(payload: unknown, key: string): string {
  try {
    const id = (payload as Record<string, unknown> | null)?.[key];
    return typeof id === 'string' ? id : '';
  } catch {
    return '';
  }
}
