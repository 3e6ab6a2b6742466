import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import type { Outcome } from './fates.ts';
import { Link, pauseAfter } from './link.ts';
import type { Answer, NoAnswer } from './post.ts';

/** How an upload ended. */
export interface Ending {
  readonly outcome: Outcome;
  /** Whether an attempt was sent whole and got no answer. */
  readonly mayHaveArrived: boolean;
  readonly answer?: Partial<Answer>;
  /** The cause, for people. */
  readonly detail: string;
  /** Whether the SDK has put what was lost into the client report itself. */
  readonly isReported?: boolean;
}

/** An end that is known beforehand. */
export interface Foreseen {
  readonly outcome: Outcome;
  readonly detail: string;
}

/** Something to upload. */
export interface Upload {
  /** One attempt. */
  attempt(signal: AbortSignal): Promise<Answer | NoAnswer>;
  /** How it would end if it were sent now, where that is known. */
  foresee(): Foreseen | undefined;
  /** How it ends with this answer. */
  conclude(answer: Answer): Outcome;
  /** Set by the queue: whether it waits for a failure to be over. */
  isParked: boolean;
  /** Whether nobody wants it any more. */
  readonly isCancelled: boolean;
}

interface Entry {
  readonly upload: Upload;
  readonly resolve: (ending: Ending) => void;
  readonly queuedAtMs: number;
  triedAtMs: number;
  retryAtMs: number;
  tries: number;
  /** Failures while others got their answers. */
  ownFailures: number;
  mayHaveArrived: boolean;
  /** What the last attempt failed with. */
  error: string;
}

/** What fails so often where others pass will fail again: a body that a middlebox cuts off, for example. */
const MAX_OWN_FAILURES = 5;

/** What waits longer than this has missed its turn: what has just come goes first. */
const TURN_MS = 1000;

const NEVER_MADE: NoAnswer = { wasSent: false, isHopeless: true, error: 'the request could not be made' };

/**
 * Sends uploads in order, as many at once as wait for it. One that fails is tried again later, while others go on; when the
 * server can't be reached, all wait. What gets no answer in time expires.
 */
export class UploadQueue {
  readonly #maxRetryAgeMs: number;
  /** Told when uploads were parked, or go on. */
  readonly #onChange: () => void;
  /** Never tried: what has just come, and what has missed its turn. */
  readonly #fresh = new Map<Upload, Entry>();
  readonly #late = new Map<Upload, Entry>();
  readonly #failed = new Map<Upload, Entry>();
  readonly #link = new Link();
  readonly #abort = new AbortController();
  /** Leaves the async context of whoever flushes, or has sent what is uploaded. */
  readonly #detached = AsyncLocalStorage.snapshot();
  #isEnding = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(maxRetryAgeMs: number, onChange: () => void) {
    this.#maxRetryAgeMs = maxRetryAgeMs;
    this.#onChange = onChange;
    // Each attempt listens: Node would take more than ten of them for a leak, and say so.
    setMaxListeners(0, this.#abort.signal);
  }

  /** Whether what is added now can expect its answer before long. */
  get isFlowing(): boolean {
    return this.#link.isFlowing;
  }

  add(upload: Upload): Promise<Ending> {
    return new Promise((resolve) => {
      const nowMs = performance.now();
      const entry: Entry = {
        upload,
        resolve,
        queuedAtMs: nowMs,
        triedAtMs: nowMs,
        retryAtMs: 0,
        tries: 0,
        ownFailures: 0,
        mayHaveArrived: false,
        error: '',
      };
      if (this.#isEnding) end(entry, 'closed', NOT_SENT);
      else {
        upload.isParked = this.#link.isDown;
        this.#fresh.set(upload, entry);
        this.#go();
      }
    });
  }

  /** Takes out what nobody wants any more. */
  remove(upload: Upload): void {
    for (const list of this.#lists) {
      const entry = list.get(upload);
      if (entry !== undefined) end(entry, 'closed', NOT_SENT);
      list.delete(upload);
    }
  }

  /** Tries at once what waits for a failure to be over; one alone while the server can't be reached. */
  hurry(): void {
    this.#link.hurry();
    for (const entry of this.#failed.values()) entry.retryAtMs = 0;
    this.#go();
  }

  /** Breaks off what is under way and ends everything. */
  close(): void {
    this.#abort.abort();
    this.endWaiting();
  }

  /** Ends what is not under way, and all that is added from now on. */
  endWaiting(): void {
    this.#isEnding = true;
    clearTimeout(this.#timer);
    for (const list of this.#lists) {
      for (const entry of list.values()) end(entry, 'closed', NOT_SENT);
      list.clear();
    }
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
    if (this.#isExpired(entry)) return { outcome: 'unanswered', detail: expired(entry) };
    return entry.upload.foresee();
  }

  /** New ones before those that have missed their turn, and these before those that have failed. */
  #next(): Entry | undefined {
    if (this.#link.mayTry(true)) {
      const first = this.#firstFresh() ?? firstOf(this.#late);
      if (first !== undefined) return first;
    }
    if (!this.#link.mayTry(false)) return undefined;
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
    const wasDown = this.#link.isDown;
    const result = await upload.attempt(this.#abort.signal).catch(() => NEVER_MADE);
    if (result.statusCode !== undefined) {
      this.#link.answered();
      if (wasDown) this.#park(false);
      end(entry, upload.conclude(result), `HTTP ${result.statusCode}`, result);
    } else {
      if (this.#link.answeredAtMs > lastTriedAtMs) entry.ownFailures++;
      this.#fail(entry, result);
    }
    this.#go();
  }

  #fail(entry: Entry, { wasSent, isHopeless, error }: NoAnswer): void {
    const { upload } = entry;
    this.#link.failed(upload);
    entry.mayHaveArrived ||= wasSent;
    entry.error = error;
    if (this.#isEnding || upload.isCancelled) end(entry, 'closed', 'broken off');
    else if (isHopeless || entry.ownFailures >= MAX_OWN_FAILURES) {
      end(entry, 'unanswered', `${error}, ${entry.tries} attempts`);
    } else {
      entry.retryAtMs = performance.now() + pauseAfter(entry.tries);
      upload.isParked = true;
      this.#failed.set(upload, entry);
      if (this.#link.isDown) this.#park(true);
      else this.#onChange();
    }
  }

  /** While the server can't be reached, all wait for it; those that have failed, for their own time too. */
  #park(isDown: boolean): void {
    for (const list of [this.#fresh, this.#late]) {
      for (const upload of list.keys()) upload.isParked = isDown;
    }
    this.#onChange();
  }

  /** The age is that of retries: a first try is made in any case, if its turn comes. */
  #expiresAtMs({ queuedAtMs, tries }: Entry): number {
    return queuedAtMs + (tries > 0 ? this.#maxRetryAgeMs : Math.max(this.#maxRetryAgeMs, TURN_MS));
  }

  #isExpired(entry: Entry): boolean {
    return performance.now() >= this.#expiresAtMs(entry);
  }

  /** Wakes when the first of what waits may be tried or expires. */
  #wakeLater(): void {
    clearTimeout(this.#timer);
    const atMs = Math.min(this.#triesAtMs(), this.#firstExpiryMs());
    const isWaiting = this.#lists.some(({ size }) => size > 0);
    if (!isWaiting || this.#isEnding || atMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(1, Math.ceil(atMs - performance.now()));
    this.#timer = this.#detached(() => setTimeout(() => this.#wake(), delayMs).unref());
  }

  #wake(): void {
    for (const list of this.#lists) {
      for (const [upload, entry] of list) {
        if (!this.#isExpired(entry)) continue;
        list.delete(upload);
        end(entry, 'unanswered', expired(entry));
      }
    }
    this.#go();
  }

  #triesAtMs(): number {
    const link = this.#link;
    if (link.isFull) return Number.POSITIVE_INFINITY;
    const hasUntried = this.#fresh.size + this.#late.size > 0;
    if (link.isDown) return link.triesAtMs(hasUntried);
    return Math.min(...Array.from(this.#failed.values(), ({ retryAtMs }) => retryAtMs));
  }

  /** Those that were never tried stand in the order of their time. */
  #firstExpiryMs(): number {
    const first = [firstOf(this.#fresh), firstOf(this.#late), ...this.#failed.values()];
    return Math.min(...first.flatMap((entry) => (entry === undefined ? [] : [this.#expiresAtMs(entry)])));
  }
}

function firstOf(list: Map<Upload, Entry>): Entry | undefined {
  const [first] = list.values();
  return first;
}

const NOT_SENT = 'not sent before the end';

function expired({ tries, error }: Entry): string {
  return tries > 0 ? `${error}, ${tries} attempts` : 'its turn did not come in time';
}

function end({ resolve, mayHaveArrived }: Entry, outcome: Outcome, detail: string, answer?: Answer): void {
  resolve({ outcome, mayHaveArrived, detail, ...(answer && { answer }) });
}
