import { debug } from './sdk.ts';

/**
 * Runs work of ours that a timer or the SDK calls. An error of the profiler in a timer would end the process, and one of ours
 * at the seam, where a native profile has another shape for example, would come out of the application's own `span.end()`.
 *
 * @returns undefined if it has thrown
 */
export function survive<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    tellFailure(error);
    return undefined;
  }
}

export function tellFailure(error: unknown): void {
  debug.warn('[BoundedProfiling] The profiler failed:', error);
}
