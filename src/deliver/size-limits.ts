/** Bodies as small as this pass everywhere: no learned limit is lower. */
const MIN_LEARNED_BYTES = 256 * 1024;

/**
 * Below nginx's default for `client_max_body_size` of 1 MiB, and below a megabyte. A refusal does not say which size would
 * pass, and this is by far the most common limit: coming down to it in steps would cost a refusal each.
 */
const COMMON_LIMIT_BYTES = 960 * 1024;

/** Under the common limit, the next guess is this share of the refused size: two more guesses reach the lowest limit. */
const NEXT_SHARE = 0.5;

/** A learned limit is forgotten after a day, because proxies are reconfigured. */
const FORGET_MS = 24 * 60 * 60 * 1000;

/** The user's limits, in bytes. */
export interface SizeOptions {
  readonly maxItemBytes: number;
  readonly maxEnvelopeBytes: number;
  readonly maxRequestBytes: number;
}

/** Sizes that must not be exceeded, in bytes. A 413 lowers the limit of the compressed body. */
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
   * Learns from a body that was refused for its size: the next one will be smaller, but no smaller than one that has passed.
   *
   * @returns forgets it again: it was the size of something else
   */
  refuse(bytes: number): () => void {
    // Relay answers 413 for items too, by their decompressed size: such a refusal says nothing about the body.
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
