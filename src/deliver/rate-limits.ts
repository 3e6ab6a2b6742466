import type { DataCategory } from '@sentry/core';
import { isRateLimited, updateRateLimits } from '../sdk.ts';
import type { Answer } from './post.ts';

/** Rate limits that the server has announced, in any answer to anybody. */
export class RateLimits {
  #limits: Parameters<typeof updateRateLimits>[0] = {};

  learn(answer: Partial<Answer>): void {
    this.#limits = updateRateLimits(this.#limits, answer);
  }

  /** Whether one of these data categories is limited now. */
  areActive(categories: readonly string[]): boolean {
    return categories.some((category) => isRateLimited(this.#limits, category as DataCategory));
  }
}
