import { debug } from '../sdk.ts';

/** Runs what a timer of ours calls: what the SDK or the native profiler throws there would end the process. */
export function survive(work: () => void): void {
  try {
    work();
  } catch (error) {
    debug.warn('[BoundedProfiling] The profiler failed:', error);
  }
}
