import { readFileSync } from 'node:fs';

/** Resident memory at a moment of the run. */
export interface MemorySample {
  /** Since the load began. */
  atMs: number;
  rssBytes: number;
}

const INTERVAL_MS = 100;

/** Watches a process's memory from outside on Linux, which works while its event loop stands still. */
export class MemorySampler {
  readonly samples: MemorySample[] = [];
  readonly isOutside = process.platform === 'linux';
  #peakBytes = 0;
  readonly #startMs = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(pid: number) {
    if (this.isOutside) this.#timer = setInterval(() => this.#read(pid), INTERVAL_MS);
  }

  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** What the process says itself, where it can't be watched. */
  add(rssBytes: number, peakBytes = rssBytes): void {
    this.samples.push({ atMs: Math.round(performance.now() - this.#startMs), rssBytes });
    this.#peakBytes = Math.max(this.#peakBytes, peakBytes);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #read(pid: number): void {
    const status = readStatus(pid);
    const rssBytes = fieldBytes(status, 'VmRSS');
    // Both are missing in the status of a process that has just died.
    if (rssBytes !== undefined) this.add(rssBytes, fieldBytes(status, 'VmHWM'));
  }
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

function fieldBytes(status: string, field: string): number | undefined {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
