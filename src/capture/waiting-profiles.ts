import { setTimeout as sleep } from 'node:timers/promises';
import { keepAsyncContext } from '../async-context.ts';
import type { RecordedProfile } from '../record/recorded-profile.ts';
import { TIMER_TOLERANCE_MS } from '../units.ts';

/**
 * How long the transaction of a finished profile may take to come. Spans are collected for a moment after the root span
 * has ended, and a `beforeSendTransaction` may wait for something; a transaction that comes later than this goes alone.
 */
export const CLAIM_MS = 10_000;

/** When the SDK has processed everything, a profile that is older than this belongs to no transaction. */
export const SETTLED_CLAIM_MS = 250;

/** How long the transaction of a profile that was cut off may go on. */
export const CUT_OFF_CLAIM_MS = 300_000;

/**
 * A profile is entered with this much while it waits for a transaction that goes on. The ledger has the recording itself already.
 */
const CUT_OFF_BYTES = 1024;

const SWEEP_MS = 1000;

interface Waiting {
  finishedAtMs: number;
  /** It has ended before its transaction, and can't be claimed before that has ended too. */
  isCutOff: boolean;
}

/**
 * Profiles that have ended and wait for their transaction. Some transactions never come, because `beforeSendTransaction` or an
 * event processor has dropped them.
 */
export class WaitingProfiles {
  readonly #onAbandon: (profile: RecordedProfile) => void;
  readonly #waiting = new Map<RecordedProfile, Waiting>();
  /** Leaves the async context of the request whose span has ended: one timer sets the next. */
  readonly #detached = keepAsyncContext();
  #abandoned = 0;
  #sweep: NodeJS.Timeout | undefined;

  /** @param onAbandon called with a profile whose transaction never came */
  constructor(onAbandon: (profile: RecordedProfile) => void) {
    this.#onAbandon = onAbandon;
  }

  /** Profiles whose transaction never came. */
  get abandoned(): number {
    return this.#abandoned;
  }

  /** @param isCutOff whether its transaction may go on */
  add(profile: RecordedProfile, isCutOff: boolean): void {
    if (isCutOff) profile.entry.resize(CUT_OFF_BYTES);
    this.#waiting.set(profile, { finishedAtMs: performance.now(), isCutOff });
    this.#sweep ??= this.#sweepLater();
  }

  /** The profile's transaction has ended, and will come now if it comes at all. */
  expect(profile: RecordedProfile): void {
    const waiting = this.#waiting.get(profile);
    if (waiting?.isCutOff) Object.assign(waiting, { isCutOff: false, finishedAtMs: performance.now() });
  }

  /** It waits no longer: its transaction has come, or there is no room to keep it. */
  remove(profile: RecordedProfile): void {
    this.#waiting.delete(profile);
  }

  /**
   * Gives up profiles whose transaction should have come by now. It waits for the newest one, but no longer than the limit.
   *
   * @param flushedAtMs when all ended spans were last sent on. A transaction that had ended before has come by now, or never will
   */
  async settle(limitMs: number, flushedAtMs: number): Promise<void> {
    for (const [profile, { finishedAtMs, isCutOff }] of this.#waiting) {
      if (!isCutOff && finishedAtMs <= flushedAtMs) this.#abandon(profile);
    }
    const newestMs = Math.max(...Array.from(this.#waiting.values(), endedAtMs));
    const leftMs = newestMs + SETTLED_CLAIM_MS - performance.now();
    // Not unref'd: somebody waits for this promise.
    if (leftMs > 0) await sleep(Math.min(leftMs + TIMER_TOLERANCE_MS, limitMs));
    this.#abandonOlder(SETTLED_CLAIM_MS);
  }

  /** Gives up all of them, because nobody is left to claim them. */
  close(): void {
    clearTimeout(this.#sweep);
    for (const profile of this.#waiting.keys()) this.#abandon(profile);
  }

  #abandonOlder(thanMs: number): void {
    const nowMs = performance.now();
    for (const [profile, { finishedAtMs, isCutOff }] of this.#waiting) {
      if (nowMs - finishedAtMs >= (isCutOff ? CUT_OFF_CLAIM_MS : thanMs)) this.#abandon(profile);
    }
  }

  #abandon(profile: RecordedProfile): void {
    this.#waiting.delete(profile);
    this.#abandoned++;
    this.#onAbandon(profile);
  }

  #sweepLater(): NodeJS.Timeout {
    return this.#detached(() => setTimeout(() => this.#sweepUp(), SWEEP_MS).unref());
  }

  #sweepUp(): void {
    this.#abandonOlder(CLAIM_MS);
    this.#sweep = this.#waiting.size > 0 ? this.#sweepLater() : undefined;
  }
}

/** When the profile's wait began. A profile that was cut off does not count, because its transaction goes on. */
function endedAtMs({ isCutOff, finishedAtMs }: Waiting): number {
  return isCutOff ? Number.NEGATIVE_INFINITY : finishedAtMs;
}
