import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client } from '@sentry/core';
import { ChunkGroup } from '../record/chunk-group.ts';
import { RecordedProfile } from '../record/recorded-profile.ts';
import type { Sampling } from '../sampling/sampling.ts';
import type { Admission } from './admission.ts';
import type { CaptureMode, OnLost, Recording } from './capture-mode.ts';
import { ChunkGate, isChunkProfiler } from './chunk-gate.ts';
import type { SdkProfiler } from './profiling-client.ts';
import { RecordedTimes } from './recorded-times.ts';
import { survive } from './survive.ts';
import type { TransactionEvent } from './transaction-payload.ts';
import { UnseenProfiles } from './unseen-profiles.ts';

/** The SDK ends a chunk after 60 s in any case (`CHUNK_INTERVAL_MS`). */
const MAX_CHUNK_MS = 60_000;

/** Timers count in whole milliseconds, and may come early by a part of one. */
const TIMER_TOLERANCE_MS = 2;

/** A flush ends a chunk that has run for so long: shorter ones would pay more for what surrounds them than they show. */
const MIN_FLUSHED_MS = 1000;

export interface ChunkModeDeps {
  readonly client: Client;
  readonly profiler: SdkProfiler;
  readonly admission: Admission;
  /** Whether starts and stops of V8 profiles can be seen. */
  readonly isSeeing: boolean;
  readonly sampling: Sampling;
  readonly maxChunkMs: number;
  readonly onLost: OnLost;
}

interface Running {
  readonly id: string;
  readonly profile: RecordedProfile;
}

type TimedEvent = TransactionEvent & { type?: string; timestamp?: number };

/** Continuous profiling. What the SDK starts and stops are parts of chunks: what follows each other is sent as one. */
export class ChunkMode implements CaptureMode {
  readonly abandoned = 0;
  readonly #deps: ChunkModeDeps;
  readonly #gate: ChunkGate | undefined;
  readonly #unseen = new UnseenProfiles(MAX_CHUNK_MS);
  readonly #times = new RecordedTimes();
  readonly #detached = AsyncLocalStorage.snapshot();
  readonly #unsubscribe: () => void;
  #running: Running | undefined;
  #group: ChunkGroup | undefined;
  /** Where the last part ended, and whether the next one goes on from there. */
  #endedMs = 0;
  #isContinuing = false;
  #isAdmitted = false;
  #isFlushing = false;
  #sealing: NodeJS.Timeout | undefined;

  constructor(deps: ChunkModeDeps) {
    this.#deps = deps;
    this.#gate = survive(() => this.#gateChunks());
    this.#unsubscribe = deps.client.on('beforeSendEvent', (event) =>
      survive(() => this.#unlink(event as TimedEvent)),
    );
  }

  get isGated(): boolean {
    return this.#gate !== undefined;
  }

  get unseen(): number {
    return this.#unseen.running;
  }

  get reservedBytes(): number {
    return this.#unseen.heldBytes + (this.#group?.entry.heldBytes ?? 0);
  }

  isStarting(): boolean {
    return this.#isAdmitted || !this.isGated;
  }

  onStart(id: string, recording: Recording): void {
    this.#isAdmitted = false;
    const group = this.#joinable ?? this.#openGroup(id);
    if (group === undefined) return;
    const profile: RecordedProfile = new RecordedProfile({
      ...recording,
      entry: group.entry,
      group,
      continuesMs: this.#isContinuing ? this.#endedMs : undefined,
      onEvicted: () => this.#lose(group, 'budget'),
    });
    group.add(profile);
    this.#running = { id, profile };
    this.#times.start(Date.now());
  }

  onStop(id: string): object | null | undefined {
    if (this.#running?.id !== id) return undefined;
    const { profile } = this.#running;
    this.#running = undefined;
    this.#times.end(Date.now());
    this.#endedMs = performance.now();
    return profile.end(this.#endedMs);
  }

  follow(): void {
    this.#gate?.update();
  }

  claim(): void {
    // Its group ends with the time that it covers.
  }

  claimUnseen(): void {
    this.#unseen.endOldest();
  }

  async settle(_limitMs: number, isLast: boolean): Promise<void> {
    if (isLast) this.#gate?.finish();
    if (this.#running === undefined) this.#seal();
    else if (performance.now() - this.#running.profile.fromMs >= MIN_FLUSHED_MS) {
      this.#isFlushing = true;
      this.#gate?.rotate();
      this.#isFlushing = false;
    }
  }

  close(): void {
    this.#gate?.close();
    this.#unsubscribe();
    this.#unseen.close();
    const { group } = this.#running?.profile ?? {};
    if (group !== undefined) this.#lose(group, 'shutdown');
    this.#seal();
  }

  /** The group that the next part belongs to. */
  get #joinable(): ChunkGroup | undefined {
    const group = this.#group;
    if (group?.isClockSteady && !this.#isDue) return group;
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
    const group = new ChunkGroup(entry);
    this.#group = group;
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

  /** A part of it is lost. What has come to its way out is for whoever has it to count. */
  #lose(group: ChunkGroup, reason: Parameters<OnLost>[1]): void {
    if (this.#running?.profile.group === group) {
      this.#running.profile.release();
      this.#running = undefined;
    }
    if (!group.isClaimed) this.#deps.onLost(group.entry, reason);
    else if (reason === 'budget') group.isEvicted = true;
    if (this.#group === group) this.#seal();
  }

  #admit(isContinuing: boolean): boolean {
    const { admission } = this.#deps;
    if (this.#deps.isSeeing) {
      this.#isContinuing = isContinuing;
      this.#isAdmitted = this.#joinable !== undefined || admission.hasRoom();
      return this.#isAdmitted || admission.skip('budget');
    }
    this.#unseen.expire();
    const entry = admission.reserve('');
    if (entry !== undefined) this.#unseen.start(entry);
    return entry !== undefined;
  }

  /** A trace must not point to a profiler that has recorded nothing in its time. */
  #unlink({ type, contexts, start_timestamp = 0, timestamp = 0 }: TimedEvent): void {
    if (!this.#deps.isSeeing || type !== 'transaction' || contexts?.profile?.profiler_id === undefined)
      return;
    if (!this.#times.overlap(start_timestamp * 1000, timestamp * 1000)) delete contexts.profile;
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
