import type { Entry } from '../ledger.ts';
import { type Pace, runToEnd, UNPACED } from '../pace/pace.ts';
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
  /** The client whose budget holds it. */
  readonly host: RecordingHost;
  readonly findImages: FindImages;
}

/** The needs of a profile besides the recording. */
export interface RecordedProfileDeps extends Recording {
  readonly entry: Entry;
  /** When it begins. If left out, it begins now. */
  readonly continuesMs?: number | undefined;
  /** The chunk that it is a part of, with continuous profiling. */
  readonly group?: ChunkGroup;
  /** Called when its recording is let go for want of room, unless somebody has claimed it. */
  readonly onEvicted: () => void;
}

/** A profile that is a stretch of the recording, from the SDK's start of it until it is encoded. */
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

  /** The profile of a payload that is a stand-in, or was one until somebody looked into it. */
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

  /** Whether its recording was let go for want of room. */
  get isEvicted(): boolean {
    return this.#isEvicted;
  }

  get isClaimed(): boolean {
    return this.#isClaimed;
  }

  end(untilMs: number): void {
    this.#recorder.close(this.#mark, untilMs);
  }

  /** Says that it is on its way out. From now on, the one that sends it has to release it. */
  claim(): void {
    this.#isClaimed = true;
  }

  /** Resolves when all of it is recorded. */
  ready(): Promise<void> {
    return this.#recorder.ready(this.#mark.untilMs);
  }

  cut(stretches: readonly Stretch[], pace: Pace): Generator<void, Cut> {
    return this.#recorder.cut(stretches, pace);
  }

  /** The payload, with a cut in the place of the stand-in. */
  fill(payload: Profile, cut: Cut): Compaction {
    const { around = {} } = readStandIn(payload) ?? {};
    return recordedPayload(payload, around, cut, this.#clock, this.#findImages);
  }

  make(): MadeProfile {
    this.#recorder.settleNow(this.#mark.untilMs);
    const cut = runToEnd(this.cut([this.stretch], UNPACED));
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
  /** The recording that it is encoded from, if nobody has looked into it. */
  readonly recorded?: RecordedProfile;
  /** Its place in the ledger, if it has one already. */
  readonly entry?: Entry;
  /** Whether V8 took no tick in its time. It is only said of a profile that somebody has looked into. */
  readonly isShort?: boolean;
}
