import { keepAsyncContext } from '../async-context.ts';
import { replaceMethod } from '../replace-method.ts';
import { survive } from '../survive.ts';
import type { SdkProfiler } from './profiling-client.ts';

/** The members of the SDK's profiler that the gate works with. */
export type ChunkProfiler = Required<
  Pick<SdkProfiler, '_startChunkProfiling' | '_stopChunkProfiling' | 'stop'>
> &
  Pick<SdkProfiler, '_chunkData' | '_profileLifecycle'>;

/** The questions of the gate, and its reports. */
export interface ChunkAdmission {
  /** Share of the time that may be profiled, 0 to 1. */
  readonly rate: number;
  /** How long the running chunk, or a pause in its place, may still last, in milliseconds. */
  readonly leftMs: number;
  /**
   * @param isContinuing whether the chunk begins where another one has just ended
   * @returns whether there is room for a chunk, which will then start in the same turn
   */
  admit(isContinuing: boolean): boolean;
  /** A chunk has been stopped. */
  ended(): void;
  skipForRate(): void;
}

/**
 * The gate ends a chunk before the SDK does, after 60 s (`CHUNK_INTERVAL_MS`): the SDK leaves a gap, and starts a chunk again
 * even if it was stopped in that turn.
 */
const LONGEST_CHUNK_MS = 59_000;

/** Whether the profiler has all that the gate needs: most are private methods. */
export function isChunkProfiler(profiler: SdkProfiler): profiler is ChunkProfiler {
  const { _startChunkProfiling, _stopChunkProfiling, stop } = profiler;
  return [_startChunkProfiling, _stopChunkProfiling, stop].every((method) => typeof method === 'function');
}

/**
 * Stands where continuous profiling starts and stops its chunks. It remembers whether the user's lifecycle wants profiling. It
 * runs chunks of at most the given length, for the share of the time that the rate says. It never starts a profiler that the user
 * has stopped.
 */
export class ChunkGate {
  readonly #profiler: ChunkProfiler;
  readonly #admission: ChunkAdmission;
  readonly #start: () => void;
  readonly #stop: () => void;
  readonly #restore: readonly (() => void)[];
  /** Leaves the async context of the request whose span has started the profiler: one timer sets the next. */
  readonly #detached = keepAsyncContext();
  /** Whether the user's lifecycle has started the profiler and not stopped it. */
  #isWanted: boolean;
  /** Chunks that the rate has granted and that have not run yet, with fractions. */
  #credit = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(profiler: ChunkProfiler, admission: ChunkAdmission) {
    this.#profiler = profiler;
    this.#admission = admission;
    this.#isWanted = this.isRunning;
    this.#start = profiler._startChunkProfiling.bind(profiler);
    this.#stop = profiler._stopChunkProfiling.bind(profiler);
    const stopForUser = profiler.stop.bind(profiler);
    this.#restore = [
      replaceMethod(profiler, '_startChunkProfiling', () => this.#want()),
      replaceMethod(profiler, '_stopChunkProfiling', () => this.finish()),
      // The SDK does not get as far as the method above when no chunk is running.
      replaceMethod(profiler, 'stop', () => {
        if (!this.#followsSpans) this.#unwant();
        stopForUser();
      }),
    ];
    if (this.#isWanted) this.#rotateLater();
  }

  get isRunning(): boolean {
    return this.#profiler._chunkData !== undefined;
  }

  /** Follows the rate. It ends the running chunk when the rate has fallen to 0, and starts one when the rate has risen. */
  update(): void {
    if (!this.#isWanted) return;
    if (this.#admission.rate > 0) {
      if (!this.isRunning && this.#timer === undefined) this.#next();
    } else if (this.isRunning) {
      this.#clearTimer();
      this.#end();
    }
  }

  /** Ends the chunk that runs, and starts the next one. */
  rotate(): void {
    if (!this.isRunning) return;
    this.#clearTimer();
    this.#next();
  }

  /** Ends the running chunk. No other follows until the user's lifecycle starts one. */
  finish(): void {
    this.#unwant();
    this.#end();
  }

  /** Takes the gate away. A running chunk goes on. */
  close(): void {
    this.#clearTimer();
    for (const restore of this.#restore) restore();
  }

  /** Whether the SDK ignores the user's own starts and stops. */
  get #followsSpans(): boolean {
    return this.#profiler._profileLifecycle === 'trace';
  }

  #want(): void {
    this.#isWanted = true;
    if (!this.isRunning && this.#timer === undefined) this.#next();
  }

  #unwant(): void {
    this.#isWanted = false;
    this.#clearTimer();
  }

  /** The end of a chunk, or of a pause as long as one. */
  #next(): void {
    this.#timer = undefined;
    if (!this.#isWanted) return;
    const isContinuing = this.isRunning;
    this.#end();
    const { rate } = this.#admission;
    if (this.#mayStart(rate, isContinuing)) this.#start();
    // Whoever hears of a dropped chunk may stop the profiler.
    if (!this.#isWanted) this.#end();
    else if (rate > 0) this.#rotateLater();
  }

  #mayStart(rate: number, isContinuing: boolean): boolean {
    this.#credit = Math.min(this.#credit, 1) + rate;
    if (this.#credit < 1 || rate === 0) {
      this.#admission.skipForRate();
      return false;
    }
    if (!this.#admission.admit(isContinuing)) return false;
    this.#credit--;
    return true;
  }

  #end(): void {
    if (!this.isRunning) return;
    // The SDK sends the chunk in this call, by a transport that may throw. The start of the next chunk then ends this one.
    survive(() => this.#stop());
    this.#admission.ended();
  }

  #rotateLater(): void {
    const leftMs = Math.min(this.#admission.leftMs, LONGEST_CHUNK_MS);
    this.#timer = this.#detached(() => setTimeout(() => survive(() => this.#next()), leftMs).unref());
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
