import { setMaxListeners } from 'node:events';
import { keepAsyncContext } from '../async-context.ts';
import { AwakeClock } from './awake-clock.ts';
import { FailureStreak } from './failure-streak.ts';
import { Link, pauseAfter } from './link.ts';
import type { NoAnswer } from './post.ts';
import {
  createEntry,
  type Ending,
  type Entry,
  end,
  expired,
  type Foreseen,
  failed,
  NOT_SENT,
  type QueueListener,
  type Upload,
  type UploadStats,
} from './upload.ts';
import { TURN_MS, WaitingUploads } from './waiting-uploads.ts';

/** An upload that fails so often while others pass will fail again: a middlebox may cut off its body, for example. */
const MAX_OWN_FAILURES = 5;

const NEVER_MADE: NoAnswer = { wasSent: false, isHopeless: true, error: 'the request could not be made' };

/**
 * Sends uploads in order, as many at once as wait. A failed one is tried again later, while others go on. When the server can't be
 * reached, all wait. An upload without an answer in time expires.
 */
export class UploadQueue {
  readonly #maxRetryAgeMs: number;
  readonly #listener: QueueListener;
  readonly #link = new Link();
  readonly #waiting = new WaitingUploads(this.#link);
  readonly #streak: FailureStreak;
  readonly #clock = new AwakeClock();
  readonly #abort = new AbortController();
  /** Leaves the async context of the caller, so that no upload keeps a request's context alive. */
  readonly #detached = keepAsyncContext();
  #count = 0;
  #isEnding = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(maxRetryAgeMs: number, listener: QueueListener) {
    this.#maxRetryAgeMs = maxRetryAgeMs;
    this.#listener = listener;
    this.#streak = new FailureStreak(listener);
    // Each attempt listens: Node would take more than ten of them for a leak, and say so.
    setMaxListeners(0, this.#abort.signal);
  }

  /** Whether the server answers: an upload that is added now will know its end soon. */
  get isFlowing(): boolean {
    return this.#link.isFlowing;
  }

  get stats(): UploadStats {
    const { size: waiting } = this.#waiting;
    const { active, failingSinceMs } = this.#link;
    const nextMs = this.#waiting.triesAtMs() - performance.now();
    return {
      active,
      waiting,
      failingSinceMs,
      lastError: this.#streak.error,
      nextAttemptInMs: waiting > 0 && Number.isFinite(nextMs) ? Math.max(0, nextMs) : undefined,
    };
  }

  add(upload: Upload): Promise<Ending> {
    return new Promise((resolve) => {
      if (!this.#isEnding) this.#clock.start();
      const entry = createEntry(this.#count++, upload, resolve, this.#clock.nowMs);
      if (this.#isEnding) end(entry, 'closed', NOT_SENT);
      else {
        upload.isParked = this.#link.isDown;
        this.#waiting.addNew(entry);
        this.#go();
      }
    });
  }

  /** Takes out an upload that nobody wants any more. */
  remove(upload: Upload): void {
    const entry = this.#waiting.remove(upload);
    if (entry !== undefined) end(entry, 'closed', NOT_SENT);
    this.#rest();
  }

  /** Tries failed uploads again at once; only one of them while the server can't be reached. */
  hurry(): void {
    this.#link.hurry();
    this.#waiting.hurry();
    this.#go();
  }

  /** Breaks off the uploads under way, and ends the others. */
  close(): void {
    this.#abort.abort();
    this.endWaiting();
  }

  /** Ends uploads that wait, and all that are added from now on. */
  endWaiting(): void {
    this.#isEnding = true;
    clearTimeout(this.#timer);
    for (const { upload } of this.#waiting.all) this.remove(upload);
    this.#rest();
  }

  #go(): void {
    const waiting = this.#waiting;
    for (let entry = waiting.takeNext(); entry !== undefined; entry = waiting.takeNext()) {
      const foreseen = this.#foresee(entry);
      if (foreseen !== undefined) end(entry, foreseen.outcome, foreseen.detail);
      else void this.#detached(() => this.#attempt(entry));
    }
    this.#wakeLater();
  }

  #foresee(entry: Entry): Foreseen | undefined {
    if (entry.upload.isCancelled) return { outcome: 'closed', detail: '' };
    if (this.#isExpired(entry)) return { outcome: 'unanswered', detail: expired(entry, this.#streak.error) };
    return entry.upload.foresee();
  }

  async #attempt(entry: Entry): Promise<void> {
    const { upload, triedAtMs: lastTriedAtMs } = entry;
    entry.triedAtMs = performance.now();
    entry.tries++;
    upload.isParked = false;
    this.#link.begin();
    const result = await upload.attempt(this.#abort.signal).catch(() => NEVER_MADE);
    if (result.statusCode !== undefined) {
      const wasDown = this.#link.isDown;
      this.#link.answered();
      if (wasDown) this.#park(false);
      this.#streak.end();
      const { ended, ...answer } = result;
      end(entry, upload.conclude(result), `HTTP ${result.statusCode}`, answer);
      // Before the answer has ended, because a flush would see all others parked, and not wait for them.
      this.#go();
      await ended;
      this.#link.left();
    } else {
      if (this.#link.answeredAtMs > lastTriedAtMs) entry.ownFailures++;
      this.#fail(entry, result);
    }
    this.#go();
  }

  #fail(entry: Entry, { wasSent, isHopeless, error }: NoAnswer): void {
    const { upload } = entry;
    if (isHopeless) this.#link.left();
    else {
      this.#link.failed(entry.number);
      // Where one upload alone waits, its second failure says as much as those of two.
      const isCertain = this.#link.isDown || (entry.tries > 1 && entry.ownFailures === 0);
      this.#streak.fail(error, isCertain && !this.#isEnding);
    }
    entry.mayHaveArrived ||= wasSent;
    entry.error = error;
    if (this.#isEnding || upload.isCancelled) end(entry, 'closed', 'no answer before the end');
    else if (isHopeless || entry.ownFailures >= MAX_OWN_FAILURES) {
      end(entry, 'unanswered', failed(entry));
    } else {
      entry.retryAtMs = performance.now() + pauseAfter(++entry.pauses);
      upload.isParked = true;
      this.#waiting.addFailed(entry);
    }
    if (this.#link.isDown) this.#park(true);
    else this.#listener.onChange();
  }

  #park(isDown: boolean): void {
    this.#waiting.park(isDown);
    this.#listener.onChange();
  }

  /** The age is that of retries: a first try is made in any case, if its turn comes. */
  #leftMs({ bornAtMs, tries }: Entry): number {
    const maxAgeMs = tries > 0 ? this.#maxRetryAgeMs : Math.max(this.#maxRetryAgeMs, TURN_MS);
    return bornAtMs + maxAgeMs - this.#clock.nowMs;
  }

  #isExpired(entry: Entry): boolean {
    return this.#leftMs(entry) <= 0;
  }

  /** Sets the timer for the next upload that may be tried, or expires. */
  #wakeLater(): void {
    clearTimeout(this.#timer);
    this.#rest();
    const nowMs = performance.now();
    let atMs = this.#waiting.triesAtMs();
    for (const entry of this.#waiting.oldest()) atMs = Math.min(atMs, nowMs + this.#leftMs(entry));
    if (this.#waiting.size === 0 || this.#isEnding || atMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(1, Math.ceil(atMs - nowMs));
    this.#timer = this.#detached(() => setTimeout(() => this.#wake(), delayMs).unref());
  }

  #wake(): void {
    for (const entry of this.#waiting.all) {
      if (!this.#isExpired(entry)) continue;
      this.#waiting.remove(entry.upload);
      end(entry, 'unanswered', expired(entry, this.#streak.error));
    }
    this.#go();
  }

  /** Without anything under way, no time is told. */
  #rest(): void {
    if (this.#waiting.size === 0 && this.#link.active === 0) this.#clock.stop();
  }
}
