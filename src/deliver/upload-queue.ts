import { type Answer, PostError } from './post.ts';

/** How an upload ended. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** When its turn came, it was known that it would be refused. */
  | { readonly kind: 'refused'; readonly reason: Refusal }
  /** No answer within the retry age, or before the queue was closed. */
  | { readonly kind: 'expired' | 'closed'; readonly mayHaveArrived: boolean };

/** What is known beforehand: a rate limit is active, or a limit of size has become known since it was packed. */
export type Refusal = 'rate-limited' | 'too-large';

/** Something to upload. */
export interface Upload {
  /** One attempt. @throws PostError when no answer comes */
  attempt(signal: AbortSignal): Promise<Answer>;
  /** Whether it would be refused if it were sent now. */
  refusal(): Refusal | undefined;
  /** Told, perhaps more than once, that there will be no answer soon. */
  onDelay(): void;
  onEnd(outcome: Outcome): void;
}

interface Entry {
  readonly upload: Upload;
  readonly queuedAtMs: number;
  /** Whether an attempt was sent whole and got no answer. */
  mayHaveArrived: boolean;
}

/** A transaction travels with its profile: this many a round trip have to be enough for a service that profiles them all. */
const MAX_ACTIVE = 8;

/** Pause after the first failure, doubled with each further one. A random half of it is left out. */
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;

/** What is added behind this many others can't expect its answer soon. */
const BACKLOG = 8;

/**
 * Sends uploads in order, a few at a time. After a failure all wait, and one alone tries whether the server is back: a
 * server that restarts is not met by everything at once. What never gets an answer expires.
 */
export class UploadQueue {
  readonly #maxRetryAgeMs: number;
  readonly #waiting: Entry[] = [];
  readonly #abort = new AbortController();
  #active = 0;
  #failures = 0;
  #isEnding = false;
  #pause: NodeJS.Timeout | undefined;
  #hurriedAtMs = Number.NEGATIVE_INFINITY;

  constructor(maxRetryAgeMs: number) {
    this.#maxRetryAgeMs = maxRetryAgeMs;
  }

  add(upload: Upload): void {
    if (this.#isEnding) {
      upload.onEnd({ kind: 'closed', mayHaveArrived: false });
      return;
    }
    if (this.#failures > 0 || this.#waiting.length >= BACKLOG) upload.onDelay();
    this.#waiting.push({ upload, queuedAtMs: performance.now(), mayHaveArrived: false });
    this.#startWaiting();
  }

  /** Whether the last attempt got no answer. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Ends the pause after a failure, but not so often that a server that is down is asked at each flush of a service. */
  hurry(): void {
    const nowMs = performance.now();
    if (this.#pause === undefined || nowMs - this.#hurriedAtMs < FIRST_PAUSE_MS) return;
    this.#hurriedAtMs = nowMs;
    clearTimeout(this.#pause);
    this.#resume();
  }

  /** Breaks off what is under way and ends everything. */
  close(): void {
    clearTimeout(this.#pause);
    this.#abort.abort();
    this.endWaiting();
  }

  /** Ends what is not under way, and all that is added from now on. */
  endWaiting(): void {
    this.#isEnding = true;
    for (const { upload, mayHaveArrived } of this.#waiting.splice(0))
      upload.onEnd({ kind: 'closed', mayHaveArrived });
  }

  #startWaiting(): void {
    const limit = this.#failures > 0 ? 1 : MAX_ACTIVE;
    while (this.#pause === undefined && this.#active < limit) {
      const entry = this.#waiting.shift();
      if (entry === undefined) return;
      const reason = entry.upload.refusal();
      if (reason !== undefined) entry.upload.onEnd({ kind: 'refused', reason });
      else void this.#attempt(entry);
    }
  }

  async #attempt(entry: Entry): Promise<void> {
    this.#active++;
    let result: Answer | unknown;
    try {
      result = await entry.upload.attempt(this.#abort.signal);
    } catch (error) {
      result = error;
    }
    this.#active--;
    if (result instanceof PostError) this.#fail(entry, result);
    // A request that can't even be made, for a header that is none, say: another attempt would end like it.
    else if (result instanceof Error) entry.upload.onEnd({ kind: 'expired', mayHaveArrived: false });
    else {
      this.#failures = 0;
      entry.upload.onEnd({ kind: 'answered', answer: result as Answer });
    }
    this.#startWaiting();
  }

  #fail(entry: Entry, error: PostError): void {
    entry.mayHaveArrived ||= error.wasSent;
    if (this.#isEnding) {
      entry.upload.onEnd({ kind: 'closed', mayHaveArrived: entry.mayHaveArrived });
      return;
    }
    // Those that fail together are one failure.
    if (this.#pause === undefined) this.#failures++;
    else this.#failures ||= 1;
    // At the end: one that fails whatever the server is like, for its size, must not keep the others waiting.
    this.#waiting.push(entry);
    for (const { upload } of this.#waiting) upload.onDelay();
    this.#expire();
    this.#pause ??= setTimeout(() => this.#resume(), this.#pauseMs()).unref();
  }

  #resume(): void {
    this.#pause = undefined;
    this.#expire();
    this.#startWaiting();
  }

  #expire(): void {
    const oldestMs = performance.now() - this.#maxRetryAgeMs;
    const expired = this.#waiting.filter((entry) => entry.queuedAtMs <= oldestMs);
    for (const entry of expired) {
      this.#waiting.splice(this.#waiting.indexOf(entry), 1);
      entry.upload.onEnd({ kind: 'expired', mayHaveArrived: entry.mayHaveArrived });
    }
  }

  #pauseMs(): number {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), MAX_PAUSE_MS);
    return pauseMs * (0.5 + Math.random() / 2);
  }
}
