import { suppressTracing } from '../sdk.ts';
import { ContainerMemory } from './container-memory.ts';
import { countProcesses } from './count-processes.ts';
import { findOwnCgroup } from './own-cgroup.ts';

/** The container of this process, as last read. */
export interface Container {
  /** In bytes; undefined where there is none. */
  readonly limitBytes: number | undefined;
  /** The working set as a share of the limit; 0 where there is none. */
  readonly usedRatio: number;
  /** How many processes share its memory and may be profiling, this one included. */
  readonly processes: number;
}

/** Less than a second, because a timer of a second may come a little early. */
const MEMORY_INTERVAL_MS = 900;

/** Workers come and go in seconds, and to count them takes a file for each. */
const PROCESSES_INTERVAL_MS = 10_000;

const memory = new ContainerMemory();
const container = { limitBytes: undefined as number | undefined, usedRatio: 0, processes: 1 };
let memoryReadAtMs = Number.NEGATIVE_INFINITY;
let processesReadAtMs = Number.NEGATIVE_INFINITY;

/**
 * Reads the container of this process, at most once a second for all clients together: three or four files, 10 to 60 µs each. Do not
 * call it in a request, because a tracer of the file system would count the reads to that request.
 */
export function readContainer(): Container {
  const nowMs = performance.now();
  if (nowMs - memoryReadAtMs >= MEMORY_INTERVAL_MS) {
    memoryReadAtMs = nowMs;
    suppressTracing(() => read(nowMs));
  }
  return container;
}

function read(nowMs: number): void {
  container.usedRatio = memory.readUsedRatio();
  container.limitBytes = memory.limitBytes;
  if (nowMs - processesReadAtMs < PROCESSES_INTERVAL_MS) return;
  processesReadAtMs = nowMs;
  const directory = container.limitBytes === undefined ? undefined : findOwnCgroup()?.directories[0];
  if (directory === undefined) container.processes = 1;
  else container.processes = countProcesses({ root: '/', directory, isForked: isForked() });
}

/** The daemon of pm2 forks its applications, and profiles nothing. */
function isForked(): boolean {
  return process.send !== undefined && process.env.pm_id === undefined;
}
