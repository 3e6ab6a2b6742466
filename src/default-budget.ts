import type { Container } from './container/own-container.ts';
import { maxOldGenerationBytes } from './process-limits.ts';
import { MiB } from './units.ts';

const SHARE = 0.05;
const MIN_BYTES = 16 * MiB;
const MAX_BYTES = 64 * MiB;

/** The option allows no less either, because a smaller budget has no room for a useful profile. */
const LEAST_BYTES = MiB;

/**
 * The default of `memoryBudgetBytes`. A process has its old generation to itself, so it gets 5% of that. All processes of a container
 * together get 5% of its memory, so each gets an even share: otherwise each of them would take the whole.
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
