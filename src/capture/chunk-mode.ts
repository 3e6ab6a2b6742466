import { keepAsyncContext } from '../async-context.ts';
import { ChunkGroup } from '../record/chunk-group.ts';
import { RecordedProfile, type Recording } from '../record/recorded-profile.ts';
import { createStub, standInFor, stubSourceOf } from '../record/stand-in.ts';
import { replaceMethod } from '../replace-method.ts';
import type { Admission } from '../sampling/admission.ts';
import type { Sampling } from '../sampling/sampling.ts';
import { survive } from '../survive.ts';
import { TIMER_TOLERANCE_MS } from '../units.ts';
import { type CaptureMode, type Cause, EVICTED, type OnLost, UNFINISHED } from './capture-mode.ts';
import { ChunkGate, isChunkProfiler } from './chunk-gate.ts';
import type { ProfilerLinks } from './profiler-links.ts';
import type { SdkProfiler } from './profiling-client.ts';
import { UnseenProfiles } from './unseen-profiles.ts';

/** The SDK ends a chunk after 60 s in any case (`CHUNK_INTERVAL_MS`). */
const MAX_CHUNK_MS = 60_000;

/** A flush ends a chunk that has run for this long. A shorter one would cost more in metadata than it shows. */
const MIN_FLUSHED_MS = 1000;

export interface ChunkModeDeps {
  readonly profiler: SdkProfiler;
  readonly admission: Admission;
  /** Whether starts and stops of V8 profiles can be seen. */
  readonly isSeeing: boolean;
  readonly sampling: Sampling;
  readonly maxChunkMs: number;
  /** It is told when something is recorded. Undefined where that can't be seen. */
  readonly links: ProfilerLinks | undefined;
  readonly onLost: OnLost;
}

interface Running {
  readonly id: string;
  readonly profile: RecordedProfile;
}

/** Continuous profiling. The SDK's starts and stops make parts, and parts that follow each other are sent as one chunk. */
export class ChunkMode implements CaptureMode {
  readonly abandoned = 0;
  readonly #deps: ChunkModeDeps;
  readonly #gate: ChunkGate | undefined;
  readonly #unseen = new UnseenProfiles(MAX_CHUNK_MS);
  readonly #detached = keepAsyncContext();
  readonly #restoreFlush: (() => void) | undefined;
  #running: Running | undefined;
  #group: ChunkGroup | undefined;
  #epochMs: number | undefined;
  /** When the last part ended, and whether the next one continues it. Undefined if it was cut. */
  #endedMs: number | undefined;
  #isContinuing = false;
  #isAdmitted = false;
  #isFlushing = false;
  #sealing: NodeJS.Timeout | undefined;

  constructor(deps: ChunkModeDeps) {
    this.#deps = deps;
    this.#gate = survive(() => this.#gateChunks());
    this.#restoreFlush = survive(() => this.#standInForChunks());
  }

  get isGated(): boolean {
    return this.#gate !== undefined;
  }

  get unseen(): number {
    return this.#unseen.running;
  }

  isStarting(): boolean {
    return this.#isAdmitted || !this.isGated;
  }

  onStart(id: string, recording: Recording): void {
    this.#isAdmitted = false;
    const group = this.#join() ?? this.#openGroup(id);
    if (group === undefined) return;
    const profile: RecordedProfile = new RecordedProfile({
      ...recording,
      entry: group.entry,
      group,
      continuesMs: this.#isContinuing ? this.#endedMs : undefined,
      onEvicted: () => this.#lose(group, 'budget', EVICTED),
    });
    group.add(profile);
    this.#running = { id, profile };
    this.#deps.links?.start(this.#deps.profiler._profilerId);
  }

  onStop(id: string): object | null | undefined {
    if (this.#running?.id !== id) return undefined;
    const { profile } = this.#running;
    const nowMs = performance.now();
    // A blocked event loop may end a part too late, and Relay refuses a chunk above 66 s.
    const untilMs = Math.min(nowMs, (profile.group?.fromMs ?? 0) + MAX_CHUNK_MS);
    // No part continues one that was cut, because it would be as late itself: a process may stand still for hours.
    this.#endedMs = untilMs < nowMs ? undefined : nowMs;
    this.#endRunning();
    profile.end(untilMs);
    return createStub(profile);
  }

  follow(): void {
    this.#gate?.update();
  }

  claim(): void {
    // Nothing to do, because a group ends by time.
  }

  claimCopy(): void {
    // Nothing to do, because the group lets go of parts that nobody has claimed.
  }

  claimUnseen(): void {
    this.#unseen.endOldest();
  }

  async settle(_limitMs: number, isLast: boolean): Promise<void> {
    if (isLast) this.#gate?.finish();
    if (this.#running === undefined) this.#seal();
    // A part that is on its way out already waits for the rest.
    else if (this.#group?.isClaimed || performance.now() - this.#running.profile.fromMs >= MIN_FLUSHED_MS) {
      this.#isFlushing = true;
      this.#gate?.rotate();
      this.#isFlushing = false;
    }
  }

  close(): void {
    this.#gate?.close();
    this.#restoreFlush?.();
    this.#unseen.close();
    const { group } = this.#running?.profile ?? {};
    if (group !== undefined) this.#lose(group, 'shutdown', UNFINISHED);
    this.#seal();
  }

  /** @returns the group that the next part may be joined to, if there is one */
  #join(): ChunkGroup | undefined {
    const group = this.#group;
    const isSame = group?.profilerId === this.#deps.profiler._profilerId;
    if (group?.isClockSteady && isSame && !this.#isDue) return group;
    this.#seal();
    return undefined;
  }

  get #leftMs(): number {
    const { maxChunkMs } = this.#deps;
    return this.#group === undefined ? maxChunkMs : this.#group.fromMs + maxChunkMs - performance.now();
  }

  get #isDue(): boolean {
    return this.#leftMs <= TIMER_TOLERANCE_MS;
  }

  #openGroup(id: string): ChunkGroup | undefined {
    const entry = this.#deps.admission.reserve(id);
    if (entry === undefined) return undefined;
    const group = new ChunkGroup(entry, this.#deps.profiler._profilerId, this.#epochMs);
    this.#group = group;
    this.#epochMs = group.epochMs;
    const end = (): void => {
      if (this.#group === group && this.#running === undefined) this.#seal();
    };
    this.#sealing = this.#detached(() => setTimeout(end, this.#deps.maxChunkMs).unref());
    return group;
  }

  #seal(): void {
    clearTimeout(this.#sealing);
    const group = this.#group;
    this.#group = undefined;
    group?.seal();
  }

  /** Loses a part of the group. If the pipeline has claimed another part, the pipeline counts the drop. */
  #lose(group: ChunkGroup, ...[reason, detail]: Cause): void {
    if (this.#running?.profile.group === group) {
      this.#running.profile.release();
      this.#endRunning();
    }
    if (!group.isClaimed) this.#deps.onLost(group.entry, reason, detail);
    else if (reason === 'budget') group.isEvicted = true;
    if (this.#group === group) this.#seal();
  }

  #admit(isContinuing: boolean): boolean {
    const { admission } = this.#deps;
    if (this.#deps.isSeeing) {
      this.#isContinuing = isContinuing;
      this.#isAdmitted = this.#join() !== undefined || admission.hasRoom();
      return this.#isAdmitted || admission.skip('budget');
    }
    this.#unseen.expire();
    const entry = admission.reserve('');
    if (entry !== undefined) this.#unseen.start(entry);
    return entry !== undefined;
  }

  #endRunning(): void {
    this.#running = undefined;
    this.#deps.links?.end();
  }

  /** Replaces the stub in a chunk before the chunk is sent, so that listeners and transports read the recorded profile. */
  #standInForChunks(): (() => void) | undefined {
    const { profiler } = this.#deps;
    if (typeof profiler._flush !== 'function') return undefined;
    const flush = profiler._flush.bind(profiler);
    return replaceMethod(profiler, '_flush', (chunk) => {
      survive(() => {
        const source = stubSourceOf(chunk);
        if (source !== undefined) standInFor(chunk, source);
      });
      flush(chunk);
    });
  }

  #gateChunks(): ChunkGate | undefined {
    const { profiler, sampling, admission } = this.#deps;
    if (!isChunkProfiler(profiler)) return undefined;
    const mode = this;
    return new ChunkGate(profiler, {
      get rate() {
        return sampling.decide();
      },
      get leftMs() {
        return Math.max(0, mode.#leftMs);
      },
      admit: (isContinuing) => this.#admit(isContinuing),
      ended: () => {
        this.#unseen.endOldest();
        if (this.#isFlushing || this.#isDue) this.#seal();
      },
      skipForRate: () => admission.skip('rate'),
    });
  }
}
