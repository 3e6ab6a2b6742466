import { AsyncLocalStorage } from 'node:async_hooks';
import { replaceMethod } from '../replace-method.ts';
import {
  type ChunkCost,
  expectedChunkBytes,
  firstChunkMs,
  MIN_CHUNK_MS,
  nextChunkMs,
} from './chunk-length.ts';
import type { SdkProfiler } from './profiling-client.ts';
import { survive } from './survive.ts';

/** The members of the SDK's profiler that the gate works with. */
export type ChunkProfiler = Required<
  Pick<SdkProfiler, '_startChunkProfiling' | '_stopChunkProfiling' | 'stop'>
> &
  Pick<SdkProfiler, '_chunkData' | '_profileLifecycle'>;

/** What the gate asks, and is told. */
export interface ChunkAdmission {
  /** Share of the time that may be profiled, 0 to 1. */
  readonly rate: number;
  readonly budgetBytes: number;
  /** What the ledger has free. */
  readonly roomBytes: number;
  /** What the last native stop cost, where that can be seen. */
  readonly lastStop: Omit<ChunkCost, 'ranMs'> | undefined;
  /** @returns whether there is room for a chunk of so many bytes, which will then start in the same turn */
  admit(bytes: number): boolean;
  /** A chunk has been stopped. */
  ended(): void;
  /** What was admitted was not started after all. */
  withdraw(): void;
  skipForRate(): void;
}

/** The SDK rotates after 60 s (`CHUNK_INTERVAL_MS`), with a gap, and starts again even what was stopped in that turn. */
const LONGEST_CHUNK_MS = 59_000;

/** Whether the profiler has all that the gate needs: most are private methods. */
export function isChunkProfiler(profiler: SdkProfiler): profiler is ChunkProfiler {
  const { _startChunkProfiling, _stopChunkProfiling, stop } = profiler;
  return [_startChunkProfiling, _stopChunkProfiling, stop].every((method) => typeof method === 'function');
}

/**
 * Stands where continuous profiling starts and stops its chunks. It remembers what the user's lifecycle wants, runs
 * chunks of at most the length that their cost allows, for as much of the time as the rate says, and none while the rate
 * is 0. It never starts what the user has stopped.
 */
export class ChunkGate {
  readonly #profiler: ChunkProfiler;
  readonly #admission: ChunkAdmission;
  readonly #maxChunkMs: number;
  readonly #start: () => void;
  readonly #stop: () => void;
  readonly #restore: readonly (() => void)[];
  /** Leaves the async context of the request whose span has started the profiler: one timer sets the next. */
  readonly #detached = AsyncLocalStorage.snapshot();
  #chunkMs: number;
  #startedAtMs = performance.now();
  #lastCost: ChunkCost | undefined;
  /** Whether the user's lifecycle has started the profiler and not stopped it. */
  #isWanted: boolean;
  /** Shares of a chunk that the rate has granted and no chunk has used. */
  #credit = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(profiler: ChunkProfiler, admission: ChunkAdmission, maxChunkMs: number) {
    this.#profiler = profiler;
    this.#admission = admission;
    this.#maxChunkMs = maxChunkMs;
    this.#chunkMs = firstChunkMs(maxChunkMs);
    this.#isWanted = this.#isRunning;
    this.#start = profiler._startChunkProfiling.bind(profiler);
    const stop = profiler._stopChunkProfiling.bind(profiler);
    this.#stop = () => {
      stop();
      admission.ended();
    };
    const stopForUser = profiler.stop.bind(profiler);
    this.#restore = [
      replaceMethod(profiler, '_startChunkProfiling', () => this.#want()),
      replaceMethod(profiler, '_stopChunkProfiling', () => {
        this.#unwant();
        this.#end();
      }),
      // The SDK does not get as far as the method above when no chunk is running.
      replaceMethod(profiler, 'stop', () => {
        if (!this.#followsSpans) this.#unwant();
        stopForUser();
      }),
    ];
    if (this.#isWanted) this.#rotateLater();
  }

  /** Follows the rate: ends the chunk that runs when it has fallen to 0, and starts one again when it has risen. */
  update(): void {
    if (!this.#isWanted) return;
    if (this.#admission.rate > 0) {
      if (!this.#isRunning && this.#timer === undefined) this.#next();
    } else if (this.#isRunning) {
      this.#clearTimer();
      this.#end();
    }
  }

  /** Takes the gate away; a chunk that is running goes on. */
  close(): void {
    this.#clearTimer();
    for (const restore of this.#restore) restore();
  }

  get #isRunning(): boolean {
    return this.#profiler._chunkData !== undefined;
  }

  /** Whether the SDK ignores the user's own starts and stops. */
  get #followsSpans(): boolean {
    return this.#profiler._profileLifecycle === 'trace';
  }

  #want(): void {
    this.#isWanted = true;
    if (!this.#isRunning && this.#timer === undefined) this.#next();
  }

  #unwant(): void {
    this.#isWanted = false;
    this.#clearTimer();
  }

  /** The end of a chunk, or of a pause as long as one. */
  #next(): void {
    this.#timer = undefined;
    if (!this.#isWanted) return;
    const { rate } = this.#admission;
    // Where there is no room for two, the next one starts after the stop.
    if (this.#expectedBytes() > this.#admission.roomBytes) this.#end();
    if (this.#mayStart(rate)) this.#startNext();
    else this.#end();
    // Whoever hears of a dropped chunk may stop the profiler.
    if (!this.#isWanted) this.#end();
    else if (rate > 0) this.#rotateLater();
  }

  #mayStart(rate: number): boolean {
    this.#credit = Math.min(this.#credit, 1) + rate;
    if (this.#credit < 1) {
      this.#admission.skipForRate();
      return false;
    }
    if (!this.#admission.admit(this.#expectedBytes())) return false;
    this.#credit--;
    return true;
  }

  /** Starts a chunk, before the one that runs is stopped. */
  #startNext(): void {
    const profiler = this.#profiler;
    const last = profiler._chunkData;
    const ranMs = this.#ranMs();
    profiler._chunkData = undefined;
    try {
      this.#start();
      this.#startedAtMs = performance.now();
    } finally {
      this.#admission.withdraw();
      const next = profiler._chunkData;
      profiler._chunkData = last;
      try {
        if (last !== undefined) this.#stop();
      } finally {
        profiler._chunkData = next;
      }
    }
    this.#learn(ranMs);
  }

  #end(): void {
    if (!this.#isRunning) return;
    const ranMs = this.#ranMs();
    this.#stop();
    this.#learn(ranMs);
  }

  #ranMs(): number | undefined {
    return this.#isRunning ? performance.now() - this.#startedAtMs : undefined;
  }

  #learn(ranMs: number | undefined): void {
    const { lastStop, roomBytes } = this.#admission;
    // A short one, that spans or the user have ended, says nothing about a whole one.
    if (ranMs === undefined || ranMs < MIN_CHUNK_MS || lastStop === undefined) return;
    this.#lastCost = { ranMs, ...lastStop };
    this.#chunkMs = nextChunkMs(this.#chunkMs, this.#maxChunkMs, this.#lastCost, roomBytes);
  }

  #expectedBytes(): number {
    return expectedChunkBytes(this.#chunkMs, this.#lastCost, this.#admission.budgetBytes);
  }

  #rotateLater(): void {
    const chunkMs = Math.min(this.#chunkMs, LONGEST_CHUNK_MS);
    this.#timer = this.#detached(() => setTimeout(() => survive(() => this.#next()), chunkMs).unref());
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
