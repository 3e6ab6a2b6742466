import { suppressTracing } from '../sdk.ts';
import { ContainerMemory } from './container-memory.ts';

/** The container of this process, as last read. */
export interface Container {
  /** In bytes; undefined where there is none. */
  readonly limitBytes: number | undefined;
  /** The working set as a share of the limit; 0 where there is none. */
  readonly usedRatio: number;
}

/** A timer of a second comes a little early now and then. */
const MEMORY_INTERVAL_MS = 900;

const memory = new ContainerMemory();
const container = { limitBytes: undefined as number | undefined, usedRatio: 0 };
let memoryReadAtMs = Number.NEGATIVE_INFINITY;

/**
 * The container of this process, for all clients together. Read at most once a second, so it costs a timer's tick a tenth of a
 * millisecond. Not for a decision in a request: whoever traces the file system would see these reads as that request's.
 */
export function readContainer(): Container {
  const nowMs = performance.now();
  if (nowMs - memoryReadAtMs >= MEMORY_INTERVAL_MS) {
    memoryReadAtMs = nowMs;
    suppressTracing(() => read());
  }
  return container;
}

function read(): void {
  container.usedRatio = memory.readUsedRatio();
  container.limitBytes = memory.limitBytes;
}
