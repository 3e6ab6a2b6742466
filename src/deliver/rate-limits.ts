import type { DataCategory } from '@sentry/core';
import type { ProfileFormat } from '../profile/types.ts';
import { isRateLimited, updateRateLimits } from '../sdk.ts';
import { survive } from '../survive.ts';
import type { Answer } from './post.ts';

/**
 * Categories that a profile is limited by. Relay counts those of transactions as `profile_backend` too; chunks it limits as
 * `profile_chunk`, and the SDK reports them as `profile`.
 */
const PROFILE_CATEGORIES: Readonly<Record<ProfileFormat, readonly string[]>> = {
  transaction: ['profile', 'profile_backend'],
  chunk: ['profile_chunk', 'profile'],
};

/** Rate limits that the server has announced, in any answer to anybody. */
export class RateLimits {
  #limits: Parameters<typeof updateRateLimits>[0] = {};

  /** @param answer of a transport: one that the user brought may resolve to anything */
  learn(answer: unknown): void {
    survive(() => {
      const { statusCode, headers } = (answer ?? {}) as Partial<Answer>;
      this.#limits = updateRateLimits(this.#limits, {
        ...(typeof statusCode === 'number' && { statusCode }),
        headers: {
          'retry-after': textOrNull(headers?.['retry-after']),
          'x-sentry-rate-limits': textOrNull(headers?.['x-sentry-rate-limits']),
        },
      });
    });
  }

  /** Whether this data category is limited now. */
  isActive(category: string): boolean {
    return isRateLimited(this.#limits, category as DataCategory);
  }

  /**
   * Whether a profile must not be sent now. Relay takes that of a transaction only with its transaction.
   *
   * @param types of the items that travel with it
   */
  areActiveFor(format: ProfileFormat, types: readonly string[]): boolean {
    const isLimited = PROFILE_CATEGORIES[format].some((category) => this.isActive(category));
    return isLimited || (types.includes('transaction') && this.isActive('transaction'));
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
