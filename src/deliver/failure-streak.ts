/** Is told when the server can no longer be reached, and when it can again. */
export interface StreakListener {
  onDown(error: string): void;
  onUp(): void;
}

/** Uploads that fail in a row, from the first failure to the next answer. It tells once that they do, and once that they pass again. */
export class FailureStreak {
  readonly #listener: StreakListener;
  #error: string | undefined;
  #isTold = false;

  constructor(listener: StreakListener) {
    this.#listener = listener;
  }

  /** Error of the last attempt; undefined if it got an answer. */
  get error(): string | undefined {
    return this.#error;
  }

  /** @param isCertain whether this failure says that the server can't be reached */
  fail(error: string, isCertain: boolean): void {
    this.#error = error;
    if (!isCertain || this.#isTold) return;
    this.#isTold = true;
    this.#listener.onDown(error);
  }

  end(): void {
    this.#error = undefined;
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#listener.onUp();
  }
}
