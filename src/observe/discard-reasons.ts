import type { EventDropReason } from '@sentry/core';
import type { Drop, DropReason } from '../options.ts';
import type { SkipReason } from '../sampling/admission.ts';

/**
 * The discard reason of the client report protocol for each of ours
 * (https://develop.sentry.dev/sdk/telemetry/client-reports/#discard-reasons).
 */
export const DISCARD_REASONS: Readonly<Record<DropReason, EventDropReason>> = {
  budget: 'queue_overflow',
  'too-large': 'send_error',
  'rate-limited': 'ratelimit_backoff',
  network: 'network_error',
  rejected: 'send_error',
  malformed: 'internal_sdk_error',
  shutdown: 'network_error',
};

/** The same for profiles that were not taken. Core types less reasons than the protocol has. */
export const SKIP_REASONS: Readonly<Record<SkipReason, EventDropReason>> = {
  rate: 'backpressure' as EventDropReason,
  budget: 'backpressure' as EventDropReason,
  active: 'backpressure' as EventDropReason,
  short: 'insufficient_data' as EventDropReason,
};

/** Relay's data category for each format. Core maps chunks to `profile`, which Relay does not limit them by. */
export const DATA_CATEGORIES = {
  transaction: 'profile',
  chunk: 'profile_chunk',
} as const satisfies Readonly<Record<Drop['format'], string>>;
