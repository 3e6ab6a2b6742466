import type { Hold, Ledger } from '../ledger.ts';
import type { DropReason } from '../options.ts';
import { estimateHeldBytes, estimateRunningBytes } from '../profile/price.ts';
import type { ExpectedBytes } from '../sampling/expected-bytes.ts';
import type { NativeProfile } from './bindings.ts';
import type { ChunkCost } from './chunk-length.ts';
import { ChunkOverlap } from './chunk-overlap.ts';
import type { FinishedProfiles } from './finished-profiles.ts';
import { emptyProfile } from './in-place.ts';
import type { SeamListener } from './native-seam.ts';
import { learnRunningGrowth } from './running-growth.ts';
import { UnseenProfiles } from './unseen-profiles.ts';

/** Why a profile was never started. */
export type SkipReason = 'rate' | 'budget' | 'active';

export interface CaptureEdgeParts {
  readonly ledger: Ledger;
  readonly finished: FinishedProfiles;
  readonly expectedBytes: ExpectedBytes;
  readonly maxActiveProfiles: number;
  /** The SDK ends a profile after this time, in any case. */
  readonly maxProfileMs: number;
  /** Told of a profile that was never started although the user's own rate had chosen it. */
  readonly onSkip: () => void;
  /** Told of a profile that ended without room to keep it, was aborted, or ran when the client was closed. */
  readonly onLost: (id: string, bytes: number, reason: DropReason) => void;
}

/** Timers count in whole milliseconds from a clock that was read before. */
const TIMER_TOLERANCE_MS = 2;

interface Running {
  readonly hold: Hold;
  readonly startedAtMs: number;
}

/** Where V8 profiles start and stop: nothing runs without a place in the ledger, from its start on. */
export class CaptureEdge implements SeamListener {
  /** Whether starts and stops can be seen. */
  isSeeing = false;
  /** Whether starts that no gate has announced are this client's: where its gate could not be put up. */
  ownsUnannounced = false;
  readonly skipped: Record<SkipReason, number> = { rate: 0, budget: 0, active: 0 };
  readonly #parts: CaptureEdgeParts;
  readonly #running = new Map<string, Running>();
  readonly #unseen: UnseenProfiles;
  readonly #overlap = new ChunkOverlap();
  readonly #growth = learnRunningGrowth();
  /** What a gate has admitted, until the start that follows in the same turn. */
  #admitted: Hold | undefined;
  #lastStop: Omit<ChunkCost, 'ranMs'> | undefined;
  #longestStopMs = 0;

  constructor(parts: CaptureEdgeParts) {
    this.#parts = parts;
    this.#unseen = new UnseenProfiles(parts.maxProfileMs);
  }

  /** V8 profiles open now. */
  get running(): number {
    return this.#running.size + this.#unseen.running;
  }

  get oldestRunning(): string | undefined {
    return this.#running.keys().next().value;
  }

  /** What running profiles hold. */
  get runningBytes(): number {
    let bytes = this.#unseen.heldBytes;
    for (const { hold } of this.#running.values()) bytes += hold.heldBytes;
    return bytes;
  }

  /** Prices what runs by its age. @returns the newest profile when there is no room for all of them */
  findOvergrown(): string | undefined {
    const nowMs = performance.now();
    let newest: string | undefined;
    let isRoom = true;
    for (const [id, { hold, startedAtMs }] of this.#running) {
      newest = id;
      const bytes = this.#growth.bytesAfter(nowMs - startedAtMs);
      if (bytes > hold.heldBytes && !hold.resize(bytes)) isRoom = false;
    }
    return isRoom ? undefined : newest;
  }

  /** What the last profile cost when it ended. */
  get lastStop(): Omit<ChunkCost, 'ranMs'> | undefined {
    return this.#lastStop;
  }

  /** Longest time that one native stop has taken, in milliseconds. */
  get longestStopMs(): number {
    return this.#longestStopMs;
  }

  /**
   * Makes room for a profile that starts in this turn. One that is expected to be larger than the budget may still run
   * alone: it may be smaller than those before it, and if it is not it will be dropped.
   *
   * @returns false, counted, if there is none
   */
  admit(bytes = this.#parts.expectedBytes.value): boolean {
    this.withdraw();
    this.#unseen.expire();
    const { ledger, maxActiveProfiles } = this.#parts;
    if (this.running >= maxActiveProfiles) return this.skip('active');
    const hold = ledger.hold(Math.min(bytes, ledger.budgetBytes));
    if (hold === undefined) return this.skip('budget');
    if (this.isSeeing) this.#admitted = hold;
    else this.#unseen.start(hold);
    return true;
  }

  /** Gives back what was admitted and not started. */
  withdraw(): void {
    this.#admitted?.release();
    this.#admitted = undefined;
  }

  /** Counts a profile that is not started. */
  skip(reason: SkipReason): false {
    this.skipped[reason]++;
    this.#parts.onSkip();
    return false;
  }

  /** A profile has come through whose start and stop were not seen. */
  endUnseen(): void {
    this.#unseen.endOldest();
  }

  isStarting(): boolean {
    return this.#admitted !== undefined || this.ownsUnannounced;
  }

  onStart(id: string): boolean {
    if (this.#admitted === undefined && !this.admit()) return false;
    // To start what runs already changes nothing: it goes on under the new hold.
    this.#running.get(id)?.hold.release();
    this.#running.set(id, { hold: this.#admitted as Hold, startedAtMs: performance.now() });
    this.#admitted = undefined;
    return true;
  }

  onStop(id: string, profile: NativeProfile | null, stopMs: number): void {
    this.#longestStopMs = Math.max(this.#longestStopMs, stopMs);
    const running = this.#running.get(id);
    this.#running.delete(id);
    if (running === undefined) return;
    if (profile === null) running.hold.release();
    else this.#finish(id, profile, running, stopMs);
  }

  onAbort(id: string, profile: NativeProfile | null, stopMs: number): void {
    const running = this.#running.get(id);
    const heldBytes = running?.hold.heldBytes ?? 0;
    this.onStop(id, null, stopMs);
    if (running !== undefined && profile !== null) this.#learn(profile, running, stopMs);
    this.#parts.onLost(id, heldBytes, 'budget');
  }

  onStopAgain(id: string): void {
    this.#parts.finished.expect(id);
  }

  /** Gives everything back. */
  close(): void {
    this.withdraw();
    this.#unseen.close();
    for (const [id, { hold }] of this.#running) {
      const { heldBytes } = hold;
      hold.release();
      this.#parts.onLost(id, heldBytes, 'shutdown');
    }
    this.#running.clear();
  }

  #finish(id: string, profile: NativeProfile, running: Running, stopMs: number): void {
    const { hold } = running;
    let isKept = false;
    try {
      const { heldBytes, ranMs } = this.#learn(profile, running, stopMs);
      this.#overlap.trim(profile);
      isKept = hold.settle(heldBytes);
      if (isKept) {
        const isCutOff = ranMs >= this.#parts.maxProfileMs - TIMER_TOLERANCE_MS;
        this.#parts.finished.add(id, profile, hold, isCutOff);
      } else {
        emptyProfile(profile);
        this.#parts.onLost(id, heldBytes, 'budget');
      }
    } finally {
      if (!isKept) hold.release();
    }
  }

  #learn(
    profile: NativeProfile,
    { startedAtMs }: Running,
    stopMs: number,
  ): { heldBytes: number; ranMs: number } {
    const ranMs = performance.now() - stopMs - startedAtMs;
    const heldBytes = estimateHeldBytes({ profile });
    const bytes = heldBytes + estimateRunningBytes(profile);
    this.#parts.expectedBytes.observe(bytes);
    this.#growth.observe(bytes, ranMs);
    this.#lastStop = { stopMs, bytes };
    return { heldBytes, ranMs };
  }
}
