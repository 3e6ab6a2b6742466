/** Uploads at once: the SDK's own transport opens as many connections (`maxSockets` in `makeNodeTransport`). */
const MAX_ACTIVE = 30;

/** Pause after the first failure, doubled with each further one. A random half of it is left out. */
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;

/** A failure so soon after an answer to another upload says nothing about the way. */
const FRESH_ANSWER_MS = 500;

/** With uploads under way, no answer to any of them in this time is no mere slowness. */
const SILENCE_MS = 3000;

/** Whether an upload is new, has missed its turn, or has failed before. */
export type Turn = 'new' | 'late' | 'again';

/** How long to wait after so many failures. */
export function pauseAfter(failures: number): number {
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), MAX_PAUSE_MS);
  return pauseMs * (0.5 + Math.random() / 2);
}

/**
 * Judges the way to the server by recent uploads. One failure may be the upload's own fault. Two, with no answer to another upload shortly
 * before or between, say that the way is down. Then one upload alone tries, so that a server that restarts does not get all at once.
 */
export class Link {
  /** Numbers of the uploads that have failed since the last answer, two at the most. */
  readonly #failed = new Set<number>();
  #pauses = 0;
  #resumesAtMs = 0;
  #failedAtMs = Number.NEGATIVE_INFINITY;
  #answeredAtMs = Number.NEGATIVE_INFINITY;
  #activeSinceMs = 0;
  #active = 0;
  /** How many may be under way where one of those that have waited begins. */
  #maxBehind = MAX_ACTIVE;
  #failingSinceMs: number | undefined;

  get isDown(): boolean {
    return this.#failed.size > 1;
  }

  get active(): number {
    return this.#active;
  }

  /** Since when there was no answer to any upload, in milliseconds since 1970. */
  get failingSinceMs(): number | undefined {
    return this.#failingSinceMs;
  }

  get answeredAtMs(): number {
    return this.#answeredAtMs;
  }

  /** Whether the server answers: an upload that leaves now will know its end soon. */
  get isFlowing(): boolean {
    const quietMs = performance.now() - Math.max(this.#answeredAtMs, this.#activeSinceMs);
    return !this.isDown && (this.#active === 0 || quietMs < SILENCE_MS);
  }

  /**
   * After an outage, those that have waited go by and by, because the server may not be up to all of them at once. New ones go as they
   * come: their transactions would else go alone meanwhile, which is as many requests.
   */
  mayTry(turn: Turn): boolean {
    if (this.isFull || performance.now() < this.triesAtMs(turn !== 'again')) return false;
    return turn === 'new' || !this.isFullBehind;
  }

  /**
   * From when on an attempt may be made, if there is a place for it.
   *
   * @param isFirst whether it is the first attempt of its upload: nothing says yet that it will fail as the others did
   */
  triesAtMs(isFirst: boolean): number {
    if (!this.isDown) return Number.NEGATIVE_INFINITY;
    return isFirst ? Math.min(this.#resumesAtMs, this.#failedAtMs + FIRST_PAUSE_MS) : this.#resumesAtMs;
  }

  /** Whether as much is under way as may be. */
  get isFull(): boolean {
    return this.#active >= (this.isDown ? 1 : MAX_ACTIVE);
  }

  /** Whether as many are under way as may be when one that has waited begins. */
  get isFullBehind(): boolean {
    return this.isFull || this.#active >= this.#maxBehind;
  }

  begin(): void {
    if (this.#active === 0) this.#activeSinceMs = performance.now();
    this.#active++;
  }

  /** An attempt has got its answer, and keeps its place until it has {@link left}. */
  answered(): void {
    this.#answeredAtMs = performance.now();
    if (this.isDown) this.#maxBehind = 1;
    this.#maxBehind = Math.min(this.#maxBehind + 1, MAX_ACTIVE);
    this.#failed.clear();
    this.#failingSinceMs = undefined;
    this.#pauses = 0;
  }

  /** An attempt no longer holds a connection: its answer has ended, or it could not even be made. */
  left(): void {
    this.#active--;
  }

  failed(upload: number): void {
    this.#active--;
    const nowMs = performance.now();
    this.#failedAtMs = nowMs;
    this.#failingSinceMs ??= Date.now();
    const isRefuted = nowMs - this.#answeredAtMs < FRESH_ANSWER_MS;
    if (this.#failed.size < 2 && !isRefuted) this.#failed.add(upload);
    // Those that fail together are one failure.
    if (!this.isDown || nowMs < this.#resumesAtMs) return;
    this.#pauses++;
    this.#resumesAtMs = nowMs + pauseAfter(this.#pauses);
  }

  /** Ends the pause before its time. The next one is as long, because flushes would soon make it the longest. */
  hurry(): void {
    if (this.#resumesAtMs > performance.now()) this.#pauses--;
    this.#resumesAtMs = 0;
  }
}
