import type { DataCategory } from '@sentry/core';
import { isRateLimited, updateRateLimits } from '../sdk.ts';
import type { Answer } from './post.ts';

/** Rate limits that the server has announced, in any answer to anybody. */
export class RateLimits {
  #limits: Parameters<typeof updateRateLimits>[0] = {};

  /** @param answer what a transport resolved to: with one that the user brought, it may be anything */
  learn(answer: unknown): void {
    const { statusCode, headers } = (answer ?? {}) as Partial<Answer>;
    const limits = headers?.['x-sentry-rate-limits'];
    if (limits !== undefined && limits !== null && typeof limits !== 'string') return;
    this.#limits = updateRateLimits(this.#limits, {
      ...(statusCode && { statusCode }),
      ...(headers && { headers }),
    });
  }

  /** Whether one of these data categories is limited now. */
  areActive(categories: readonly string[]): boolean {
    return categories.some((category) => isRateLimited(this.#limits, category as DataCategory));
  }
}
