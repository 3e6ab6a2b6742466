import type { Entry } from '../ledger.ts';
import { type Pace, runToEnd, UNPACED } from '../pace.ts';
import type { ChunkGroup } from './chunk-group.ts';
import type { Cut, Stretch } from './cut.ts';
import { createPlaceholder, type MadeProfile, type ProfileSource, sourceOf } from './placeholder.ts';
import type { Clock } from './recorded-lists.ts';
import { makeProfile } from './recorded-payload.ts';
import type { Mark, Recorder, RecordingHost } from './recorder.ts';

/** V8 takes 99 ticks a second. */
const TICK_MS = 1000 / 99;

/** Fewer samples the SDK throws away. */
const MIN_SAMPLES = 2;

/** What a profile is made of, besides the recording. */
export interface RecordedProfileDeps {
  readonly recorder: Recorder;
  readonly host: RecordingHost;
  readonly entry: Entry;
  /** Where its time begins: now, if left out. */
  readonly continuesMs?: number | undefined;
  /** With continuous profiling: the chunk that it is a part of. */
  readonly group?: ChunkGroup;
  /** Told when there is no room to keep what was recorded, as long as nobody has claimed it. */
  readonly onEvicted: () => void;
}

/** A profile as a stretch of the recording: from the start that the SDK makes until it is encoded. */
export class RecordedProfile implements ProfileSource {
  readonly entry: Entry;
  readonly group: ChunkGroup | undefined;
  readonly #recorder: Recorder;
  readonly #mark: Mark;
  readonly #isContinued: boolean;
  #isClaimed = false;
  #isEvicted = false;

  constructor({ recorder, host, entry, continuesMs, group, onEvicted }: RecordedProfileDeps) {
    this.entry = entry;
    this.group = group;
    this.#recorder = recorder;
    this.#isContinued = continuesMs !== undefined;
    this.#mark = recorder.open(
      host,
      () => {
        this.#isEvicted = true;
        if (!this.#isClaimed) onEvicted();
      },
      continuesMs,
    );
  }

  /** The profile that a payload stands for, or has stood for. */
  static of(payload: object): { profile: RecordedProfile; isUntouched: boolean } | undefined {
    const { source, isUntouched = false } = sourceOf(payload) ?? {};
    return source instanceof RecordedProfile ? { profile: source, isUntouched } : undefined;
  }

  get fromMs(): number {
    return this.#mark.fromMs;
  }

  get untilMs(): number {
    return this.#mark.untilMs;
  }

  get hasEnded(): boolean {
    return this.#mark.untilMs !== Number.POSITIVE_INFINITY;
  }

  get stretch(): Stretch {
    const { fromMs, untilMs } = this.#mark;
    return { fromMs, untilMs, isContinued: this.#isContinued };
  }

  get clock(): Clock {
    return this.group === undefined
      ? { format: 'transaction', startMs: this.#mark.fromMs }
      : { format: 'chunk', epochMs: this.group.epochMs };
  }

  /** Whether what was recorded had to go. */
  get isEvicted(): boolean {
    return this.#isEvicted;
  }

  /** The SDK looks at what it sends itself: chunks. */
  get expectedSamples(): number | undefined {
    if (this.group === undefined) return undefined;
    return Math.max(MIN_SAMPLES, Math.round((this.untilMs - this.fromMs) / TICK_MS) + 1);
  }

  /** @returns what stands for it until it is sent */
  end(untilMs: number): object {
    this.#recorder.close(this.#mark, untilMs);
    return createPlaceholder(this);
  }

  /** It is on its way out: from here on, whoever has it gives it back. */
  claim(): void {
    this.#isClaimed = true;
  }

  get isClaimed(): boolean {
    return this.#isClaimed;
  }

  /** Comes true when all of it is recorded. */
  ready(): Promise<void> {
    return this.#recorder.ready(this.untilMs);
  }

  cutSteps(stretches: readonly Stretch[], pace: Pace): Generator<void, Cut> {
    return this.#recorder.cutSteps(stretches, pace);
  }

  make(): MadeProfile {
    this.#recorder.settleNow();
    return makeProfile(runToEnd(this.cutSteps([this.stretch], UNPACED)), this.clock);
  }

  /** Lets go of the recording. */
  release(): void {
    this.#recorder.release(this.#mark);
  }
}
