import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

const MiB = 1024 * 1024;

/** What this process may use: its old generation or its container, the smaller. In bytes. */
export function maxProcessBytes(): number {
  return Math.min(maxOldGenerationBytes(), containerBytes() ?? Number.POSITIVE_INFINITY);
}

/**
 * The maximum of V8's old generation. `heap_size_limit` includes the young one, which V8 does not report apart: it takes
 * three semi-spaces of at most 64 MiB since V8 13 (Node 24), of at most 16 MiB before, and less of a small heap.
 */
function maxOldGenerationBytes(): number {
  const { heap_size_limit: limit } = getHeapStatistics();
  const isWideYoung = Number.parseInt(process.versions.v8, 10) >= 13;
  const share = isWideYoung ? 3 / 32 : 3 / 128;
  const most = (isWideYoung ? 192 : 48) * MiB;
  return Math.max(limit / (1 + share), limit - most);
}

/** The limit of the container, or undefined where there is none: libuv then reports 0 or a number above all memory. */
function containerBytes(): number | undefined {
  const bytes = process.constrainedMemory();
  return bytes > 0 && bytes <= totalmem() ? bytes : undefined;
}
