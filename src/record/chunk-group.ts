import type { Entry } from '../ledger.ts';
import type { RecordedProfile } from './recorded-profile.ts';

/** Somebody may set the wall clock. If it moves by less than this, the chunk goes on. */
const MAX_CLOCK_CHANGE_MS = 100;

/** The wall clock reads whole milliseconds, so two readings differ by less than this if nobody has set it. */
const CLOCK_STEP_MS = 2;

/** Chunks of the SDK that follow each other and are sent as one. */
export class ChunkGroup {
  readonly entry: Entry;
  readonly profilerId: unknown;
  readonly fromMs = performance.now();
  /** Added to a time of `performance.now()`, it gives the time of the wall clock. */
  readonly epochMs: number;
  /** Resolves when no more chunks will be added. */
  readonly sealed: Promise<void>;
  /** Whether a part of it was let go for want of room. */
  isEvicted = false;
  readonly #profiles = new Set<RecordedProfile>();
  #markSealed!: () => void;
  #isSealed = false;

  /**
   * @param profilerId id of the SDK's session that all its chunks belong to
   * @param lastEpochMs `epochMs` of the group before. It is kept if nobody has set the clock, so that the times of both groups
   *   agree
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

  /** Whether nobody has set the wall clock since the group began. */
  get isClockSteady(): boolean {
    return Math.abs(Date.now() - performance.now() - this.epochMs) < MAX_CLOCK_CHANGE_MS;
  }

  /** Whether a part of it was claimed, because it is on its way out. */
  get isClaimed(): boolean {
    return [...this.#profiles].some((profile) => profile.isClaimed);
  }

  add(profile: RecordedProfile): void {
    this.#profiles.add(profile);
  }

  /** Takes out a part that somebody has looked into, because it is sent as objects. */
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
