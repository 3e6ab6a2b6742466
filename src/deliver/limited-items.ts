import type { EnvelopeItemType } from '@sentry/core';
import type { Reporter } from '../observe/reporter.ts';
import { envelopeItemTypeToDataCategory } from '../sdk.ts';
import type { AnyItem } from './profile-items.ts';
import type { RateLimits } from './rate-limits.ts';

export function categoryOf(type: string): string {
  return envelopeItemTypeToDataCategory(type as EnvelopeItemType);
}

/**
 * Takes items out of an envelope that an active limit forbids, and reports them. The SDK's transport does the same, but it knows
 * only the limits in its own answers, not those in the answers to our uploads.
 *
 * @returns the same list if nothing is limited
 */
export function withoutLimited(items: AnyItem[], rateLimits: RateLimits, reporter: Reporter): AnyItem[] {
  const isLimited = ([{ type }]: AnyItem): boolean => rateLimits.isActive(categoryOf(type));
  if (!items.some(isLimited)) return items;
  const limited = items.filter(isLimited);
  reporter.lose(
    'rate-limited',
    limited.map(([{ type }]) => categoryOf(type)),
  );
  return items.filter((item) => !limited.includes(item));
}
