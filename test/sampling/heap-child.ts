import { setTimeout as pause } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { maxOldGenerationBytes } from '../../src/process-limits.ts';
import { createHeapLive, type HeapLive } from '../../src/sampling/heap-live.ts';

// A process of its own, for its heap can then be small: `--max-old-space-size` on the command line. Reports its readings.

const BLOCK_BYTES = 64 * 1024;
/** More than the young generation holds on most Nodes, so that much of it grows old before it is garbage. */
const PASSING_BLOCKS = 400;
const maxBytes = maxOldGenerationBytes();
const retained: unknown[] = [];

const MODES: Readonly<Record<string, (heap: HeapLive) => Promise<object>>> = {
  limits: async () => ({ maxBytes }),

  async growing(heap) {
    const readings: { ownRatio: number; liveRatio: number }[] = [];
    for (const ownRatio of [0.2, 0.4, 0.6]) {
      retain(ownRatio);
      const { collections } = heap;
      while (heap.collections < collections + 2) await churn();
      readings.push({ ownRatio, liveRatio: heap.liveRatio });
    }
    return { readings };
  },

  async sawtooth(heap) {
    retain(0.3);
    let [highestLive, highestUsed, highestNaive] = [0, 0, 0];
    for (const endMs = Date.now() + 3000; Date.now() < endMs; await churn()) {
      highestLive = Math.max(highestLive, heap.liveRatio);
      highestUsed = Math.max(highestUsed, heap.usedRatio());
      highestNaive = Math.max(highestNaive, getHeapStatistics().used_heap_size / maxBytes);
    }
    return { collections: heap.collections, highestLive, highestUsed, highestNaive };
  },

  async counting(heap) {
    const before = { collections: heap.collections, liveRatio: heap.liveRatio };
    collect();
    collect();
    await pause(20);
    const after = { collections: heap.collections, liveRatio: heap.liveRatio };
    heap.close();
    collect();
    await pause(20);
    return { before, after, closed: { collections: heap.collections } };
  },

  idle: async () => ({}),
};

/** Keeps blocks until they are that share of the old generation. */
function retain(ratio: number): void {
  while (retained.length * BLOCK_BYTES < ratio * maxBytes) retained.push(block());
}

const passing: unknown[] = [];

/** Makes garbage that lives long enough to become old, as much as a busy service: a few hundred MB a second. */
async function churn(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    passing.push(block());
    if (passing.length > PASSING_BLOCKS) passing.shift();
  }
  await pause(2);
}

function block(): unknown {
  return Array.from({ length: 64 }, () => new Array<number>(BLOCK_BYTES / 64 / 8 - 4).fill(1));
}

function collect(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

const heap = createHeapLive();
process.send?.((await MODES[process.argv[2] ?? '']?.(heap)) ?? {});
