/** A chunk whose native stop takes longer than this is too long: as long as that takes, the event loop stands still. */
export const STOP_TARGET_MS = 25;

/** Shorter chunks would pay more for their metadata, and for frames that every one lists again, than they save. */
export const MIN_CHUNK_MS = 1000;

/** Share of the longest length that the first chunk has: nothing is known of its cost yet. */
const FIRST_SHARE = 0.25;

/** Share of what the ledger has free that one chunk may take: the next one runs while this one is on its way. */
const ROOM_SHARE = 0.5;

/** Growth from one chunk to the next, when there is room for longer ones. */
const GROWTH = 1.5;

/** What a chunk is taken to cost before one has been seen: a busy service's of 10 s, with what V8 holds of it. */
const FIRST_CHUNK_BYTES = 3 * 1024 * 1024;

/** Bytes do not grow in proportion to time: a call tree is mostly there after the first seconds. */
const BYTES_MARGIN = 1.5;

/** How long the first chunk may be, in milliseconds. */
export function firstChunkMs(maxChunkMs: number): number {
  return Math.min(Math.max(FIRST_SHARE * maxChunkMs, MIN_CHUNK_MS), maxChunkMs);
}

/** What one chunk has cost. */
export interface ChunkCost {
  readonly ranMs: number;
  readonly stopMs: number;
  readonly bytes: number;
}

/**
 * How long the next chunk may be, in milliseconds. The native stop takes time for each node of the call tree, and nodes
 * and bytes grow with time: what was too much for one chunk is cut in proportion, and regained step by step.
 *
 * @param currentMs how long chunks may be at the moment
 * @param roomBytes what the ledger has free
 */
export function nextChunkMs(
  currentMs: number,
  maxChunkMs: number,
  { ranMs, stopMs, bytes }: ChunkCost,
  roomBytes: number,
): number {
  const share = Math.min(STOP_TARGET_MS / stopMs, (ROOM_SHARE * roomBytes) / bytes);
  const wantedMs = share < 1 ? ranMs * share : currentMs * Math.min(share, GROWTH);
  return Math.min(Math.max(wantedMs, MIN_CHUNK_MS), maxChunkMs);
}

/** What a chunk of a length is expected to hold while it runs and when it is stopped, in bytes. */
export function expectedChunkBytes(
  chunkMs: number,
  lastCost: ChunkCost | undefined,
  budgetBytes: number,
): number {
  if (lastCost === undefined) return Math.min(FIRST_CHUNK_BYTES, ROOM_SHARE * budgetBytes);
  return lastCost.bytes * Math.min((BYTES_MARGIN * chunkMs) / lastCost.ranMs, BYTES_MARGIN);
}
