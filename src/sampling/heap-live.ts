import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import { maxOldGenerationBytes } from '../process-limits.ts';

/** Where readings of the old generation come from. */
export interface HeapSource {
  /** The maximum, in bytes. */
  readonly maxBytes: number;
  /** Bytes in use now, garbage included. */
  usedBytes(): number;
  /** Calls back after each major collection. @returns a function that ends that */
  onMajorCollection(callback: () => void): () => void;
}

/** The old generation, as shares of its maximum. */
export interface HeapLive {
  /** Live after the last major collection. 0 before the first: see {@link createHeapLive}. */
  readonly liveRatio: number;
  /** Major collections seen. */
  readonly collections: number;
  /** In use now. Takes 1 to 2 µs. */
  usedRatio(): number;
  close(): void;
}

/**
 * Follows the live part of the old generation. It is not known before the first major collection, and counts as 0. V8 makes one
 * before the old generation is half full, so a process that had none is under no pressure, and the memory in use may be garbage
 * of its start.
 */
export function createHeapLive(source: HeapSource = v8Source()): HeapLive {
  let liveBytes = 0;
  let collections = 0;
  const close = source.onMajorCollection(() => {
    liveBytes = source.usedBytes();
    collections++;
  });
  return {
    get liveRatio() {
      return liveBytes / source.maxBytes;
    },
    get collections() {
      return collections;
    },
    usedRatio: () => source.usedBytes() / source.maxBytes,
    close,
  };
}

function v8Source(): HeapSource {
  return { maxBytes: maxOldGenerationBytes(), usedBytes: oldGenerationBytes, onMajorCollection };
}

/**
 * Spaces that are no part of the old generation. The young one is up to half of a small heap, mostly garbage, and has a maximum
 * of its own.
 */
const NOT_OLD: ReadonlySet<string> = new Set(['new_space', 'new_large_object_space', 'read_only_space']);

function oldGenerationBytes(): number {
  let bytes = 0;
  for (const { space_name, space_used_size } of getHeapSpaceStatistics()) {
    if (!NOT_OLD.has(space_name)) bytes += space_used_size;
  }
  return bytes;
}

type CollectionEntry = PerformanceEntry & { readonly detail?: { readonly kind: number } };

/**
 * Node tells of a collection in the next turn of the event loop, and of several at once after a long turn. An observer keeps no
 * process alive.
 */
function onMajorCollection(callback: () => void): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as CollectionEntry[]) {
      if (entry.detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR) callback();
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}
