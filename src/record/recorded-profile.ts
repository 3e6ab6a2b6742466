import type { Entry } from '../ledger.ts';
import { type Pace, runToEnd, UNPACED } from '../pace.ts';
import type { Compaction } from '../profile/compact.ts';
import type { Profile } from '../profile/types.ts';
import type { ChunkGroup } from './chunk-group.ts';
import type { Cut, Stretch } from './cut.ts';
import type { Clock } from './recorded-lists.ts';
import { type FindImages, makeProfile, recordedPayload } from './recorded-payload.ts';
import type { Mark, Recorder } from './recorder.ts';
import type { RecordingHost } from './recording-hosts.ts';
import { type MadeProfile, type ProfileSource, readStandIn } from './stand-in.ts';

/** The recording, as one client uses it. */
export interface Recording {
  readonly recorder: Recorder;
  /** Whose budget it is held in. */
  readonly host: RecordingHost;
  readonly findImages: FindImages;
}

/** What a profile is made of, besides the recording. */
export interface RecordedProfileDeps extends Recording {
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
  readonly #findImages: FindImages;
  readonly #mark: Mark;
  readonly #isContinued: boolean;
  #isClaimed = false;
  #isEvicted = false;

  constructor({ recorder, host, findImages, entry, continuesMs, group, onEvicted }: RecordedProfileDeps) {
    this.entry = entry;
    this.group = group;
    this.#recorder = recorder;
    this.#findImages = findImages;
    this.#isContinued = continuesMs !== undefined;
    const evict = (): void => {
      this.#isEvicted = true;
      if (!this.#isClaimed) onEvicted();
    };
    this.#mark = recorder.open(host, evict, continuesMs);
  }

  /** The profile that a payload stands for, or has stood for. */
  static of(payload: object): { profile: RecordedProfile; isUntouched: boolean } | undefined {
    const { source, isUntouched = false } = readStandIn(payload) ?? {};
    return source instanceof RecordedProfile ? { profile: source, isUntouched } : undefined;
  }

  get fromMs(): number {
    return this.#mark.fromMs;
  }

  get hasEnded(): boolean {
    return this.#mark.untilMs !== Number.POSITIVE_INFINITY;
  }

  get stretch(): Stretch {
    const { fromMs, untilMs } = this.#mark;
    return { fromMs, untilMs, isContinued: this.#isContinued };
  }

  /** Whether what was recorded had to go. */
  get isEvicted(): boolean {
    return this.#isEvicted;
  }

  get isClaimed(): boolean {
    return this.#isClaimed;
  }

  end(untilMs: number): void {
    this.#recorder.close(this.#mark, untilMs);
  }

  /** It is on its way out: from here on, whoever has it gives it back. */
  claim(): void {
    this.#isClaimed = true;
  }

  /** Comes true when all of it is recorded. */
  ready(): Promise<void> {
    return this.#recorder.ready(this.#mark.untilMs);
  }

  cutSteps(stretches: readonly Stretch[], pace: Pace): Generator<void, Cut> {
    return this.#recorder.cutSteps(stretches, pace);
  }

  /** The payload that stands for it, with a cut in its place. */
  fill(payload: Profile, cut: Cut): Compaction {
    const { around = {} } = readStandIn(payload) ?? {};
    return recordedPayload(payload, around, cut, this.#clock, this.#findImages);
  }

  make(): MadeProfile {
    this.#recorder.settleNow(this.#mark.untilMs);
    const cut = runToEnd(this.cutSteps([this.stretch], UNPACED));
    return makeProfile(cut, this.#clock, this.#findImages);
  }

  /** Lets go of the recording. */
  release(): void {
    this.#recorder.release(this.#mark);
  }

  get #clock(): Clock {
    return this.group === undefined
      ? { format: 'transaction', startMs: this.#mark.fromMs }
      : { format: 'chunk', epochMs: this.group.epochMs };
  }
}

/** Says where an intercepted profile comes from, and which place in the ledger it has. */
export interface Claim {
  /** Where it is to be encoded from, if nobody has looked into it. */
  readonly recorded?: RecordedProfile;
  /** Its place in the ledger, if it has one already. */
  readonly entry?: Entry;
  /** Whether somebody has looked into it, and there was no tick in its time. */
  readonly isShort?: boolean;
}
