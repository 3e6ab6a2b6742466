import type { Entry } from '../ledger.ts';
import type { RecordedProfile } from './recorded-profile.ts';

/** The wall clock may be set: what it says of one chunk may differ by this much from start to end. */
const MAX_CLOCK_CHANGE_MS = 100;

/** The wall clock is read in whole milliseconds: two readings of one that was not set differ by less than this. */
const CLOCK_STEP_MS = 2;

/** Chunks of the SDK that follow each other and are sent as one. */
export class ChunkGroup {
  readonly entry: Entry;
  readonly profilerId: unknown;
  readonly fromMs = performance.now();
  /** What turns times of `performance.now()` into those of the wall clock. */
  readonly epochMs: number;
  /** Comes true when no more will be added. */
  readonly sealed: Promise<void>;
  /** Whether a part of it had to go. */
  isEvicted = false;
  readonly #profiles = new Set<RecordedProfile>();
  #markSealed!: () => void;
  #isSealed = false;

  /**
   * @param profilerId of the session that all of it belongs to
   * @param lastEpochMs of the group before: its reading of the wall clock holds as long as that is not set
   */
  constructor(entry: Entry, profilerId: unknown, lastEpochMs = Number.NaN) {
    this.entry = entry;
    this.profilerId = profilerId;
    const epochMs = Date.now() - performance.now();
    this.epochMs = Math.abs(lastEpochMs - epochMs) < CLOCK_STEP_MS ? lastEpochMs : epochMs;
    this.sealed = new Promise((resolve) => {
      this.#markSealed = resolve;
    });
  }

  /** Whether the wall clock has gone on as it was. */
  get isClockSteady(): boolean {
    return Math.abs(Date.now() - performance.now() - this.epochMs) < MAX_CLOCK_CHANGE_MS;
  }

  /** Whether a part of it is on its way out. */
  get isClaimed(): boolean {
    return [...this.#profiles].some((profile) => profile.isClaimed);
  }

  add(profile: RecordedProfile): void {
    this.#profiles.add(profile);
  }

  /** It goes another way. */
  remove(profile: RecordedProfile): void {
    this.#profiles.delete(profile);
  }

  /** Ends the group. It releases the parts that nobody has claimed, because their envelopes never came. */
  seal(): void {
    if (this.#isSealed) return;
    this.#isSealed = true;
    for (const profile of this.#profiles) if (!profile.isClaimed) profile.release();
    if (!this.isClaimed) this.entry.release();
    this.#markSealed();
  }
}
