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
  endPause,
  expired,
  type Foreseen,
  failed,
  NOT_SENT,
  type QueueListener,
  type Upload,
  type UploadStats,
} from './upload.ts';

/** An upload that fails so often while others pass will fail again: a middlebox may cut off its body, for example. */
const MAX_OWN_FAILURES = 5;

/** An upload that waits longer than this has missed its turn. New ones then go first, because their transactions wait. */
const TURN_MS = 1000;

const NEVER_MADE: NoAnswer = { wasSent: false, isHopeless: true, error: 'the request could not be made' };

/**
 * Sends uploads in order, as many at once as wait. A failed one is tried again later, while others go on. When the server can't be
 * reached, all wait. An upload without an answer in time expires.
 */
export class UploadQueue {
  readonly #maxRetryAgeMs: number;
  readonly #listener: QueueListener;
  /** Uploads that were never tried: new ones, and ones that have missed their turn. */
  readonly #fresh = new Map<Upload, Entry>();
  readonly #late = new Map<Upload, Entry>();
  readonly #failed = new Map<Upload, Entry>();
  readonly #link = new Link();
  readonly #streak: FailureStreak;
  readonly #clock = new AwakeClock();
  readonly #abort = new AbortController();
  /** Leaves the async context of the caller, so that no upload keeps a request's context alive. */
  readonly #detached = keepAsyncContext();
  #count = 0;
  /** Whether a new one went last, before one that has waited. */
  #wasPassed = false;
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
    const waiting = this.#lists.reduce((sum, { size }) => sum + size, 0);
    const { active, failingSinceMs } = this.#link;
    const nextMs = this.#triesAtMs() - performance.now();
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
        this.#fresh.set(upload, entry);
        this.#go();
      }
    });
  }

  /** Takes out an upload that nobody wants any more. */
  remove(upload: Upload): void {
    for (const list of this.#lists) {
      const entry = list.get(upload);
      if (entry !== undefined) end(entry, 'closed', NOT_SENT);
      list.delete(upload);
    }
    this.#rest();
  }

  /** Tries failed uploads again at once; only one of them while the server can't be reached. */
  hurry(): void {
    this.#link.hurry();
    for (const entry of this.#failed.values()) {
      endPause(entry);
      entry.upload.isParked = this.#link.isDown;
    }
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
    for (const list of this.#lists) {
      for (const entry of list.values()) end(entry, 'closed', NOT_SENT);
      list.clear();
    }
    this.#rest();
  }

  get #isWaiting(): boolean {
    return this.#lists.some(({ size }) => size > 0);
  }

  get #lists(): readonly Map<Upload, Entry>[] {
    return [this.#fresh, this.#late, this.#failed];
  }

  #go(): void {
    for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
      for (const list of this.#lists) list.delete(entry.upload);
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

  /** New ones first. Where these would take all places, each second one is for those that have waited: their turn would not come. */
  #next(): Entry | undefined {
    const fresh = this.#link.mayTry('new') ? this.#firstFresh() : undefined;
    const waited = this.#firstThatWaited();
    const next = this.#wasPassed && !this.#link.isDown ? (waited ?? fresh) : (fresh ?? waited);
    if (waited !== undefined) this.#wasPassed = next === fresh;
    return next;
  }

  /** Those that have missed their turn before those that have failed. */
  #firstThatWaited(): Entry | undefined {
    const late = firstOf(this.#late);
    if (late !== undefined && this.#link.mayTry('late')) return late;
    if (!this.#link.mayTry('again')) return undefined;
    if (this.#link.isDown) return firstOf(this.#failed);
    const nowMs = performance.now();
    for (const entry of this.#failed.values()) if (entry.retryAtMs <= nowMs) return entry;
    return undefined;
  }

  #firstFresh(): Entry | undefined {
    const lateMs = performance.now() - TURN_MS;
    for (const [upload, entry] of this.#fresh) {
      if (entry.queuedAtMs > lateMs) return entry;
      this.#fresh.delete(upload);
      this.#late.set(upload, entry);
    }
    return undefined;
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
      this.#failed.set(upload, entry);
    }
    if (this.#link.isDown) this.#park(true);
    else this.#listener.onChange();
  }

  /** While the server can't be reached, all wait for it. Those that have failed wait for their own time too, when it is back. */
  #park(isDown: boolean): void {
    for (const list of isDown ? this.#lists : [this.#fresh, this.#late]) {
      for (const upload of list.keys()) upload.isParked = isDown;
    }
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
    const atMs = Math.min(this.#triesAtMs(), this.#firstExpiryMs());
    if (!this.#isWaiting || this.#isEnding || atMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(1, Math.ceil(atMs - performance.now()));
    this.#timer = this.#detached(() => setTimeout(() => this.#wake(), delayMs).unref());
  }

  #wake(): void {
    for (const list of this.#lists) {
      for (const [upload, entry] of list) {
        if (!this.#isExpired(entry)) continue;
        list.delete(upload);
        end(entry, 'unanswered', expired(entry, this.#streak.error));
      }
    }
    this.#go();
  }

  #triesAtMs(): number {
    const link = this.#link;
    if (link.isFull) return Number.POSITIVE_INFINITY;
    const hasUntried = this.#fresh.size + this.#late.size > 0;
    if (link.isDown) return link.triesAtMs(hasUntried);
    let atMs = Number.POSITIVE_INFINITY;
    if (link.isFullBehind) return atMs;
    for (const { retryAtMs } of this.#failed.values()) atMs = Math.min(atMs, retryAtMs);
    return atMs;
  }

  /** Those that were never tried stand in the order of their time. */
  #firstExpiryMs(): number {
    let leftMs = Number.POSITIVE_INFINITY;
    for (const entry of [firstOf(this.#fresh), firstOf(this.#late)]) {
      if (entry !== undefined) leftMs = Math.min(leftMs, this.#leftMs(entry));
    }
    for (const entry of this.#failed.values()) leftMs = Math.min(leftMs, this.#leftMs(entry));
    return performance.now() + leftMs;
  }

  /** Without anything under way, no time is told. */
  #rest(): void {
    if (!this.#isWaiting && this.#link.active === 0) this.#clock.stop();
  }
}

function firstOf(list: Map<Upload, Entry>): Entry | undefined {
  const [first] = list.values();
  return first;
}
