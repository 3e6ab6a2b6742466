import type { EnvelopeItem } from './envelope.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Sizes in bytes, decompressed unless said otherwise; counts are for one envelope. */
export interface RelayLimits {
  maxProfileBytes: number;
  maxEnvelopeBytes: number;
  maxEventBytes: number;
  maxClientReportBytes: number;
  maxProfilesPerEnvelope: number;
  maxEventsPerEnvelope: number;
  /** The limit of a proxy in front, for the body as sent, compressed. */
  maxBodyBytes: number;
}

/**
 * Sizes: Relay's defaults as the SDK specification lists them
 * (https://develop.sentry.dev/sdk/foundations/transport/envelopes/, "Size Limits"). Counts:
 * `check_envelope_size_limits` in relay-server/src/utils/sizes.rs, where one of `profile` and
 * `profile_chunk` together is allowed, and one of `event` and `transaction`.
 */
export const RELAY_LIMITS: RelayLimits = {
  maxProfileBytes: 50 * MIB,
  maxEnvelopeBytes: 200 * MIB,
  maxEventBytes: MIB,
  maxClientReportBytes: 4 * KIB,
  maxProfilesPerEnvelope: 1,
  maxEventsPerEnvelope: 1,
  maxBodyBytes: Number.POSITIVE_INFINITY,
};

interface ItemLimit {
  maxBytes: number;
  maxItems: number;
}

/** The first limit that an envelope breaks, for which Relay refuses it whole with 413. */
export function brokenLimit(items: readonly EnvelopeItem[], limits: RelayLimits): string | undefined {
  const seen = new Map<ItemLimit, { items: number; bytes: number }>();
  const limitOf = itemLimits(limits);
  for (const { header, payload } of items) {
    const limit = limitOf.get(header.type);
    if (limit === undefined) {
      continue;
    }
    const total = seen.get(limit) ?? { items: 0, bytes: 0 };
    seen.set(limit, { items: total.items + 1, bytes: total.bytes + payload.length });
    if (total.bytes + payload.length > limit.maxBytes) {
      return `${header.type}: ${total.bytes + payload.length} bytes, ${limit.maxBytes} are allowed`;
    }
    if (total.items + 1 > limit.maxItems) {
      return `${header.type}: more than ${limit.maxItems} of its kind in one envelope`;
    }
  }
  return undefined;
}

function itemLimits(limits: RelayLimits): Map<string, ItemLimit> {
  const profile = { maxBytes: limits.maxProfileBytes, maxItems: limits.maxProfilesPerEnvelope };
  const event = { maxBytes: limits.maxEventBytes, maxItems: limits.maxEventsPerEnvelope };
  const clientReport = { maxBytes: limits.maxClientReportBytes, maxItems: Number.POSITIVE_INFINITY };
  return new Map([
    ['profile', profile],
    ['profile_chunk', profile],
    ['event', event],
    ['transaction', event],
    ['client_report', clientReport],
  ]);
}
