import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { MiB } from './units.ts';

/** The maximum of the old generation follows from these. */
export interface HeapConfiguration {
  /** V8's `heap_size_limit`, in bytes: old and young generation together. */
  readonly limitBytes: number;
  /** The flags of the process, those that count more last. */
  readonly flags: string;
  /** As in `process.versions.v8`. */
  readonly v8Version: string;
}

/**
 * The maximum of V8's old generation, in bytes. `heap_size_limit` includes the young one, which V8 does not report apart:
 * three semi-spaces of at most 64 MiB since V8 13 (Node 24), of at most 16 MiB before, and less of a small heap.
 *
 * Exact where a flag of Node's sizes the old generation, for V8 then leaves the young one at its most. Else within a few
 * percent.
 */
export function maxOldGenerationBytes(heap: HeapConfiguration = heapConfiguration()): number {
  const { limitBytes, flags, v8Version } = heap;
  const isWideYoung = Number.parseInt(v8Version, 10) >= 13;
  const semiSpaceBytes = lastFlag(flags, 'max-semi-space-size') * MiB;
  const mostYoungBytes = 3 * (semiSpaceBytes || (isWideYoung ? 64 : 16) * MiB);
  // Node sets a percentage last, whatever the order of the flags.
  if (lastFlag(flags, 'max-old-space-size-percentage') > 0) return limitBytes - mostYoungBytes;
  const oldBytes = lastFlag(flags, 'max-old-space-size') * MiB;
  if (oldBytes > 0) return oldBytes;
  const youngShare = isWideYoung ? 3 / 32 : 3 / 128;
  return Math.max(limitBytes / (1 + youngShare), limitBytes - mostYoungBytes);
}

function heapConfiguration(): HeapConfiguration {
  return {
    limitBytes: getHeapStatistics().heap_size_limit,
    flags: [process.env.NODE_OPTIONS ?? '', ...process.execArgv].join(' '),
    v8Version: process.versions.v8,
  };
}

/** The number that the last flag of that name sets, for the last one wins; 0 without one, which to V8 is its default. */
function lastFlag(flags: string, name: string): number {
  const spelling = name.replaceAll('-', '[-_]');
  const all = [...flags.matchAll(new RegExp(`--${spelling}=(\\d+(?:\\.\\d+)?)`, 'g'))];
  return Number(all.at(-1)?.[1] ?? 0);
}

/** The limit that Node reports for the process, in bytes. Undefined if libuv reports 0 or more than all memory, which both mean no limit. */
export function constrainedBytes(
  reportedBytes = process.constrainedMemory(),
  totalBytes = totalmem(),
): number | undefined {
  return reportedBytes > 0 && reportedBytes <= totalBytes ? reportedBytes : undefined;
}
