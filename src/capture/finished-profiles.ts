import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Slices } from '../encode/slices.ts';
import type { Hold } from '../ledger.ts';
import { estimateHeldBytes } from '../profile/price.ts';
import type { NativeProfile } from './bindings.ts';
import { compactInPlace, emptyProfile } from './in-place.ts';

/**
 * How long the transaction of a finished profile may take to come. Spans are collected for a moment after the root span
 * has ended, and a `beforeSendTransaction` may wait for something; a transaction that comes later than this goes alone.
 */
export const CLAIM_MS = 10_000;

/** When everything that the SDK was processing is done, what is older than this belongs to no transaction. */
export const SETTLED_CLAIM_MS = 250;

/** How long the transaction of a profile that the SDK has cut off may go on. */
export const CUT_OFF_CLAIM_MS = 300_000;

/** Most are claimed within a tenth of a second, after the SDK has collected their spans, and compacted on their way out. */
export const COMPACT_MS = 250;

const SWEEP_MS = 1000;

/** Timers count in whole milliseconds, and may come early by a part of one. */
const TIMER_TOLERANCE_MS = 2;

/** The SDK's store holds as many (`PROFILE_MAP`): what more of them push out of it never comes. */
const STORED_PROFILES = 50;

/** What the SDK itself discards: a profile with a single sample shows nothing (`isValidProfile`, `isValidProfileChunk`). */
const MIN_SAMPLES = 2;

interface Finished {
  readonly profile: NativeProfile;
  readonly hold: Hold;
  finishedAtMs: number;
  /** It has ended before its transaction, and can't be claimed before that has ended too. */
  isCutOff: boolean;
  readonly compactTimer: NodeJS.Timeout;
  /** Bytes of JSON that compaction has saved. */
  savedBytes: number;
}

/**
 * Profiles that have ended and wait, in a store of the SDK that nobody else sees, for the transaction that they travel
 * with. Some never come: dropped by `beforeSendTransaction` or by an event processor, or evicted from that store. What
 * waits is compacted, and what is abandoned is emptied in place, so that whoever still holds it holds nothing.
 */
export class FinishedProfiles {
  readonly #slices: Slices;
  readonly #waiting = new Map<string, Finished>();
  /** Leaves the async context of the request whose span has ended: one timer sets the next. */
  readonly #detached = AsyncLocalStorage.snapshot();
  #abandoned = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(slices: Slices) {
    this.#slices = slices;
  }

  /** Profiles whose transaction never came. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /**
   * @param hold what it holds; released when it is claimed or abandoned
   * @param isCutOff whether its transaction may go on
   */
  add(id: string, profile: NativeProfile, hold: Hold, isCutOff = false): void {
    if (profile.samples.length < MIN_SAMPLES) {
      hold.release();
      return;
    }
    this.#detached(() => {
      const compactTimer = setTimeout(() => void this.#compact(id), COMPACT_MS).unref();
      const finishedAtMs = performance.now();
      this.#waiting.set(id, { profile, hold, finishedAtMs, isCutOff, compactTimer, savedBytes: 0 });
      this.#sweep ??= setTimeout(() => this.#sweepUp(), SWEEP_MS).unref();
    });
    const [oldest = id] = this.#waiting.keys();
    if (this.#waiting.size > STORED_PROFILES) this.#abandon(oldest);
  }

  /** Its transaction has ended, and will come now if it comes at all. */
  expect(id: string): void {
    const finished = this.#waiting.get(id);
    if (finished?.isCutOff) Object.assign(finished, { isCutOff: false, finishedAtMs: performance.now() });
  }

  /**
   * It has been intercepted: from here on it is held by whoever did that.
   *
   * @returns how many bytes of JSON it has been made smaller by
   */
  claim(id: string): number {
    return this.#take(id)?.savedBytes ?? 0;
  }

  /** Gives up those that ended at least so long ago. */
  abandon(olderThanMs: number): void {
    const nowMs = performance.now();
    for (const [id, { finishedAtMs, isCutOff }] of this.#waiting) {
      if (nowMs - finishedAtMs >= (isCutOff ? CUT_OFF_CLAIM_MS : olderThanMs)) this.#abandon(id);
    }
  }

  /** Gives up those whose transaction should have come by now; waits for the newest, unless that takes longer than the limit. */
  async settle(limitMs: number): Promise<void> {
    const newestMs = Math.max(...Array.from(this.#waiting.values(), endedAtMs));
    const leftMs = newestMs + SETTLED_CLAIM_MS - performance.now();
    // Not unref'd: somebody waits for this promise.
    if (leftMs > 0) await sleep(Math.min(leftMs + TIMER_TOLERANCE_MS, limitMs));
    this.abandon(SETTLED_CLAIM_MS);
  }

  /** Lets go of all of them, as they are: nobody is left to claim them. */
  close(): void {
    clearTimeout(this.#sweep);
    for (const id of this.#waiting.keys()) {
      this.#take(id);
      this.#abandoned++;
    }
  }

  #abandon(id: string): void {
    const finished = this.#take(id);
    if (finished === undefined) return;
    emptyProfile(finished.profile);
    this.#abandoned++;
  }

  #take(id: string): Finished | undefined {
    const finished = this.#waiting.get(id);
    this.#waiting.delete(id);
    finished?.hold.release();
    clearTimeout(finished?.compactTimer);
    return finished;
  }

  #sweepUp(): void {
    this.abandon(CLAIM_MS);
    this.#sweep = this.#waiting.size > 0 ? setTimeout(() => this.#sweepUp(), SWEEP_MS).unref() : undefined;
  }

  async #compact(id: string): Promise<void> {
    const finished = this.#waiting.get(id);
    if (finished === undefined) return;
    const { profile, hold } = finished;
    const isWaiting = (): boolean => this.#waiting.get(id) === finished;
    try {
      finished.savedBytes = (await compactInPlace(profile, this.#slices, isWaiting)) ?? 0;
      if (isWaiting()) hold.resize(estimateHeldBytes({ profile }));
    } catch {
      // Malformed, or encoding has been stopped: if it is claimed, whoever claims it finds out why.
    }
  }
}

/** Before which it can have been claimed: what the SDK has cut off waits for a transaction that goes on. */
function endedAtMs({ isCutOff, finishedAtMs }: Finished): number {
  return isCutOff ? Number.NEGATIVE_INFINITY : finishedAtMs;
}
