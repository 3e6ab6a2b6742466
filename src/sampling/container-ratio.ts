import { containerBytes } from '../process-limits.ts';
import { atMostEvery } from './at-most-every.ts';

/** Where the two numbers come from. */
export interface ContainerSource {
  /** The container's limit, in bytes; undefined where there is none. */
  readonly limitBytes: number | undefined;
  /** Resident memory of the process, in bytes. */
  rssBytes(): number;
  now(): number;
}

/**
 * Resident memory as a share of the container's limit; 0 where there is none. Resident memory, because what the container
 * is charged with includes the page cache, which the kernel takes back by itself. Read at most once an interval: the kernel
 * takes 3 to 10 µs.
 */
export function watchContainer(intervalMs: number, source: ContainerSource = processSource()): () => number {
  const { limitBytes } = source;
  if (limitBytes === undefined) return () => 0;
  return atMostEvery(
    intervalMs,
    () => source.rssBytes() / limitBytes,
    () => source.now(),
  );
}

function processSource(): ContainerSource {
  return {
    limitBytes: containerBytes(),
    rssBytes: () => process.memoryUsage.rss(),
    now: () => performance.now(),
  };
}
