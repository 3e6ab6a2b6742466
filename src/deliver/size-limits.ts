/** Bodies as small as this pass everywhere: what is learned never goes below. */
const MIN_LEARNED_BYTES = 256 * 1024;

/**
 * Below nginx's default for `client_max_body_size` of 1 MiB, and below a megabyte. What was refused does not say what would
 * have passed, and this is by far the most common limit there is: to come down to it in steps would be refused at each.
 */
const COMMON_LIMIT_BYTES = 960 * 1024;

/** Under the common limit, the next guess is this share of what was refused: two more bring it to the bottom. */
const NEXT_SHARE = 0.5;

/** Proxies are reconfigured: what was learned is forgotten after a day. */
const FORGET_MS = 24 * 60 * 60 * 1000;

/** The user's limits, in bytes. */
export interface SizeOptions {
  readonly maxItemBytes: number;
  readonly maxEnvelopeBytes: number;
  readonly maxRequestBytes: number;
}

/** Sizes that must not be exceeded, in bytes. What is refused with 413 lowers the limit of the body as it is sent. */
export class SizeLimits {
  readonly itemBytes: number;
  readonly envelopeBytes: number;
  readonly #maxRequestBytes: number;
  #learnedBytes = Number.POSITIVE_INFINITY;
  #learnedAtMs = 0;
  #passedBytes = 0;
  /** Whether the last refusal was of a body whose size had passed. */
  #isInDoubt = false;

  constructor({ maxItemBytes, maxEnvelopeBytes, maxRequestBytes }: SizeOptions) {
    this.itemBytes = maxItemBytes;
    this.envelopeBytes = maxEnvelopeBytes;
    this.#maxRequestBytes = maxRequestBytes;
  }

  get requestBytes(): number {
    const isFresh = performance.now() - this.#learnedAtMs < FORGET_MS;
    return isFresh ? Math.min(this.#learnedBytes, this.#maxRequestBytes) : this.#maxRequestBytes;
  }

  /** Whether there is reason to expect that a body of this size passes. */
  isProven(bytes: number): boolean {
    return bytes <= Math.max(this.#passedBytes, MIN_LEARNED_BYTES);
  }

  /** A body has been accepted. */
  pass(bytes: number): void {
    this.#isInDoubt = false;
    this.#passedBytes = Math.max(this.#passedBytes, bytes);
  }

  /**
   * A body has been refused for its size: next time it will be smaller, but not smaller than what has passed.
   *
   * @returns forgets it again: it was the size of something else
   */
  refuse(bytes: number): () => void {
    // Not every 413 is about the body as it was sent: Relay means the item or the envelope, expanded.
    if (this.isProven(bytes) && !this.#isInDoubt) {
      this.#isInDoubt = true;
      return () => {};
    }
    const [before, beforeMs, passedBytes] = [this.#learnedBytes, this.#learnedAtMs, this.#passedBytes];
    if (bytes <= this.#passedBytes) this.#passedBytes = 0;
    const guess = bytes > COMMON_LIMIT_BYTES ? COMMON_LIMIT_BYTES : Math.floor(bytes * NEXT_SHARE);
    const learned = Math.min(Math.max(guess, this.#passedBytes, MIN_LEARNED_BYTES), this.requestBytes);
    this.#learnedBytes = learned;
    this.#learnedAtMs = performance.now();
    return () => {
      // Another refusal may have taught more since.
      if (this.#learnedBytes !== learned) return;
      [this.#learnedBytes, this.#learnedAtMs] = [before, beforeMs];
      this.#passedBytes = Math.max(this.#passedBytes, passedBytes);
    };
  }
}
