import type { Container } from './container/own-container.ts';
import { maxOldGenerationBytes } from './process-limits.ts';
import { MiB } from './units.ts';

const SHARE = 0.05;
const MIN_BYTES = 16 * MiB;
const MAX_BYTES = 64 * MiB;

/** What the option takes at least: less than that has no room for a profile worth the name. */
const LEAST_BYTES = MiB;

/**
 * `memoryBudgetBytes` where the user has set none. The old generation is the process's own, so it has 5% of that. The container
 * has 5% of its memory for profiling too, and its processes share that evenly: each would else take the whole for itself.
 */
export function defaultBudgetBytes(
  { limitBytes = Number.POSITIVE_INFINITY, processes }: Pick<Container, 'limitBytes' | 'processes'>,
  maxOldBytes = maxOldGenerationBytes(),
): number {
  const ofContainerBytes = shareOf(limitBytes) / (limitBytes === Number.POSITIVE_INFINITY ? 1 : processes);
  return Math.floor(Math.max(LEAST_BYTES, Math.min(shareOf(maxOldBytes), ofContainerBytes)));
}

function shareOf(bytes: number): number {
  return Math.min(Math.max(SHARE * bytes, MIN_BYTES), MAX_BYTES);
}
