import type { Link } from './link.ts';
import { type Entry, endPause, type Upload } from './upload.ts';

/** An upload that waits longer than this has missed its turn. New ones then go first, because their transactions wait. */
export const TURN_MS = 1000;

/** The uploads that wait, and the choice of the next one. */
export class WaitingUploads {
  readonly #link: Link;
  /** Uploads that were never tried: new ones, and ones that have missed their turn. Both in the order of their time. */
  readonly #fresh = new Map<Upload, Entry>();
  readonly #late = new Map<Upload, Entry>();
  readonly #failed = new Map<Upload, Entry>();
  readonly #lists = [this.#fresh, this.#late, this.#failed];
  /** Whether a new one went last, before one that has waited. */
  #wasPassed = false;

  constructor(link: Link) {
    this.#link = link;
  }

  get size(): number {
    return this.#lists.reduce((sum, { size }) => sum + size, 0);
  }

  get all(): Entry[] {
    return this.#lists.flatMap((list) => [...list.values()]);
  }

  /** Those that may be the oldest of all. Not as a list, because thousands may wait, and this is asked at each upload. */
  *oldest(): Generator<Entry, void> {
    for (const entry of [firstOf(this.#fresh), firstOf(this.#late)]) if (entry !== undefined) yield entry;
    yield* this.#failed.values();
  }

  addNew(entry: Entry): void {
    this.#fresh.set(entry.upload, entry);
  }

  addFailed(entry: Entry): void {
    this.#failed.set(entry.upload, entry);
  }

  /** @returns undefined if it does not wait */
  remove(upload: Upload): Entry | undefined {
    for (const list of this.#lists) {
      const entry = list.get(upload);
      if (list.delete(upload)) return entry;
    }
    return undefined;
  }

  /** Ends the pauses of those that have failed. */
  hurry(): void {
    for (const entry of this.#failed.values()) {
      endPause(entry);
      entry.upload.isParked = this.#link.isDown;
    }
  }

  /** While the server can't be reached, all wait for it. Those that have failed wait for their own time too, when it is back. */
  park(isDown: boolean): void {
    for (const list of isDown ? this.#lists : [this.#fresh, this.#late]) {
      for (const upload of list.keys()) upload.isParked = isDown;
    }
  }

  /** Takes out the one that may be tried now. New ones go first. Where these would take all places, each second one is for those that wait. */
  takeNext(): Entry | undefined {
    const fresh = this.#link.mayTry('new') ? this.#firstFresh() : undefined;
    const waited = this.#firstThatWaited();
    const next = this.#wasPassed && !this.#link.isDown ? (waited ?? fresh) : (fresh ?? waited);
    if (waited !== undefined) this.#wasPassed = next === fresh;
    return next && this.remove(next.upload);
  }

  /** When the next one may be tried. */
  triesAtMs(): number {
    const link = this.#link;
    if (link.isFull) return Number.POSITIVE_INFINITY;
    if (link.isDown) return link.triesAtMs(this.#fresh.size + this.#late.size > 0);
    let atMs = Number.POSITIVE_INFINITY;
    if (link.isFullBehind) return atMs;
    for (const { retryAtMs } of this.#failed.values()) atMs = Math.min(atMs, retryAtMs);
    return atMs;
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

  /** Those that have missed their turn go before those that have failed. */
  #firstThatWaited(): Entry | undefined {
    const late = firstOf(this.#late);
    if (late !== undefined && this.#link.mayTry('late')) return late;
    if (!this.#link.mayTry('again')) return undefined;
    if (this.#link.isDown) return firstOf(this.#failed);
    const nowMs = performance.now();
    for (const entry of this.#failed.values()) if (entry.retryAtMs <= nowMs) return entry;
    return undefined;
  }
}

function firstOf(list: Map<Upload, Entry>): Entry | undefined {
  const [first] = list.values();
  return first;
}
