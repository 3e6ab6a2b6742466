import { keepAsyncContext } from '../async-context.ts';

const BEAT_MS = 1000;

/** A beat that comes so much later says that the process stood still: a busy event loop is not so late. */
const STANDSTILL_MS = 3000;

/**
 * A clock that stands still while the process does. A platform for functions freezes a process between two requests, for minutes.
 * An upload that waits for its next attempt gets no older by that, because nothing could be tried.
 */
export class AwakeClock {
  readonly #detached = keepAsyncContext();
  #asleepMs = 0;
  #beatMs = 0;
  #timer: NodeJS.Timeout | undefined;

  get nowMs(): number {
    if (this.#timer !== undefined) this.#look();
    return performance.now() - this.#asleepMs;
  }

  /** From now on it sees when the process stands still. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#beatMs = performance.now();
    this.#beatLater();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #beatLater(): void {
    const beat = (): void => {
      this.#look();
      this.#beatLater();
    };
    this.#timer = this.#detached(() => setTimeout(beat, BEAT_MS).unref());
  }

  #look(): void {
    const nowMs = performance.now();
    const lateMs = nowMs - this.#beatMs - BEAT_MS;
    if (lateMs > STANDSTILL_MS) this.#asleepMs += lateMs;
    this.#beatMs = nowMs;
  }
}
