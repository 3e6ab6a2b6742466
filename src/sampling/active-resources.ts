import { atMostEvery } from './at-most-every.ts';

/**
 * How many resources keep the event loop busy: sockets, timers, requests of the file system. A stand-in for contexts where
 * no spans tell. Counted at most once an interval: Node lists them all to count them, a microsecond or two a thousand.
 */
export function countActiveResources(
  intervalMs: number,
  list: () => readonly unknown[] = () => process.getActiveResourcesInfo(),
  now: () => number = () => performance.now(),
): () => number {
  return atMostEvery(intervalMs, () => list().length, now);
}
