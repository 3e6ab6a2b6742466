import { MiB } from '../../units.ts';
import type { EnvelopeTally } from '../envelope-tally.ts';
import type { SampleFormat } from '../payload.ts';

/** https://develop.sentry.dev/sdk/foundations/transport/envelopes/, "Size Limits", all decompressed. */
const MAX_PROFILE_BYTES = 50 * MiB;
const MAX_ENVELOPE_BYTES = 200 * MiB;
const MAX_EVENT_BYTES = MiB;

/** Why Relay would refuse a profile for its size; the envelope with it, and everything in that. */
export function sizeReasons(profileBytes: number): string[] {
  return profileBytes > MAX_PROFILE_BYTES ? [tooLarge('a profile', MAX_PROFILE_BYTES, profileBytes)] : [];
}

/**
 * Why Relay would refuse the envelope, by relay-server/src/utils/sizes.rs, or drop the profile, because its transaction is missing.
 */
export function envelopeReasons(tally: EnvelopeTally, format: SampleFormat): string[] {
  if (!tally.isEnvelope) return [];
  const reasons: string[] = [];
  if (tally.bytes > MAX_ENVELOPE_BYTES)
    reasons.push(tooLarge('an envelope', MAX_ENVELOPE_BYTES, tally.bytes));
  const profiles = tally.of('profile').items + tally.of('profile_chunk').items;
  if (profiles > 1) reasons.push(`an envelope may have one profile, and this one has ${profiles}`);
  const [event, transaction] = [tally.of('event'), tally.of('transaction')];
  const events = event.items + transaction.items;
  if (events > 1) reasons.push(`an envelope may have one event or transaction, and this one has ${events}`);
  const eventBytes = Math.max(event.largestBytes, transaction.largestBytes);
  if (eventBytes > MAX_EVENT_BYTES)
    reasons.push(tooLarge('an event or transaction', MAX_EVENT_BYTES, eventBytes));
  if (format === 'v1' && transaction.items === 0) reasons.push('its transaction is not in the envelope');
  return reasons;
}

function tooLarge(what: string, allowedBytes: number, bytes: number): string {
  return `${what} may have ${allowedBytes} bytes, and this one has ${bytes}`;
}
