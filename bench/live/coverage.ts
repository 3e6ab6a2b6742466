import type { Interval } from './messages.ts';

/** The share of the busy time that falls into a chunk. NaN if there was none. */
export function coveredShare(busy: readonly Interval[], chunks: readonly Interval[]): number {
  const merged = merge(chunks);
  const coveredMs = busy.reduce(
    (sum, one) => sum + merged.reduce((within, chunk) => within + overlapMs(one, chunk), 0),
    0,
  );
  return coveredMs / busy.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** Chunks may overlap, and time that two of them cover counts once. */
function merge(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const [from, to] of intervals.toSorted(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) merged[merged.length - 1] = [last[0], Math.max(last[1], to)];
    else merged.push([from, to]);
  }
  return merged;
}

function overlapMs([from, to]: Interval, [otherFrom, otherTo]: Interval): number {
  return Math.max(0, Math.min(to, otherTo) - Math.max(from, otherFrom));
}
