import { atMostEvery } from './at-most-every.ts';

/**
 * How many resources keep the event loop busy: sockets, timers, requests of the file system. It stands for the number of contexts
 * where there are no spans. It is counted at most once an interval, because Node lists all resources to count them, which takes a
 * microsecond or two for a thousand.
 */
export function countActiveResources(
  intervalMs: number,
  list: () => readonly unknown[] = () => process.getActiveResourcesInfo(),
  now: () => number = () => performance.now(),
): () => number {
  return atMostEvery(intervalMs, () => list().length, now);
}
