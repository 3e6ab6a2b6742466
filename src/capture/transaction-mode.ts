import type { Client } from '@sentry/core';
import { RecordedProfile, type Recording } from '../record/recorded-profile.ts';
import { createStub } from '../record/stand-in.ts';
import type { Admission } from '../sampling/admission.ts';
import type { Sampling } from '../sampling/sampling.ts';
import { survive } from '../survive.ts';
import { TIMER_TOLERANCE_MS } from '../units.ts';
import { type CaptureMode, type Cause, EVICTED, type OnLost, UNFINISHED } from './capture-mode.ts';
import { isFlushingSpans, isIdle, maxProfileMsOf, type ProfilingOptions } from './profiling-client.ts';
import { installSpanGate } from './span-gate.ts';
import { SpanProfiles } from './span-profiles.ts';
import { UnseenProfiles } from './unseen-profiles.ts';
import { WaitingProfiles } from './waiting-profiles.ts';

export interface TransactionModeDeps {
  readonly client: Client;
  readonly options: ProfilingOptions;
  readonly admission: Admission;
  /** Whether starts and stops of V8 profiles can be seen. */
  readonly isSeeing: boolean;
  readonly sampling: Sampling;
  /** Where starts can't be seen: V8 profiles that run at once. */
  readonly maxActiveProfiles: number;
  /** Called for each choice of the user's own rate. */
  readonly onChoice: (isChosen: boolean) => void;
  readonly onLost: OnLost;
  /** Told of a profile whose transaction never came. */
  readonly onAbandoned: (id: string) => void;
}

/** A profile for each transaction (SDK 9 and 10). */
export class TransactionMode implements CaptureMode {
  readonly #deps: TransactionModeDeps;
  readonly #maxProfileMs: number;
  /** Profiles that run or wait, by the id that the SDK gave them. */
  readonly #profiles = new Map<string, RecordedProfile>();
  /** Undefined where the SDK itself runs the profiles, because it finds them by the context that this would take away. */
  readonly #spans: SpanProfiles | undefined;
  readonly #waiting: WaitingProfiles;
  readonly #unseen: UnseenProfiles;
  readonly #removeGate: (() => void) | undefined;
  readonly #unsubscribe: () => void;
  #flushedAtMs = Number.NEGATIVE_INFINITY;
  /** Whether the gate has let a profile start that has not started yet. */
  #isAdmitted = false;

  constructor(deps: TransactionModeDeps) {
    this.#deps = deps;
    this.#maxProfileMs = maxProfileMsOf(deps.options);
    this.#spans = deps.isSeeing ? new SpanProfiles(deps.client) : undefined;
    this.#waiting = new WaitingProfiles((profile) => {
      this.#remove(profile);
      profile.release();
      profile.entry.release();
      deps.onAbandoned(profile.entry.identity.id);
    });
    this.#unseen = new UnseenProfiles(this.#maxProfileMs);
    this.#unsubscribe = deps.client.on('flush', () => {
      if (isFlushingSpans(deps.client)) this.#flushedAtMs = performance.now();
    });
    this.#removeGate = survive(() =>
      installSpanGate(deps.options, { observe: deps.onChoice, admit: () => this.#admit() }),
    );
  }

  get isGated(): boolean {
    return this.#removeGate !== undefined;
  }

  get abandoned(): number {
    return this.#waiting.abandoned;
  }

  get unseen(): number {
    return this.#unseen.running;
  }

  isStarting(): boolean {
    return this.#isAdmitted || !this.isGated;
  }

  onStart(id: string, recording: Recording): void {
    this.#isAdmitted = false;
    const entry = this.#deps.admission.reserve(id);
    if (entry === undefined) return;
    const profile: RecordedProfile = new RecordedProfile({
      ...recording,
      entry,
      onEvicted: () => this.#lose(profile, 'budget', EVICTED),
    });
    this.#profiles.set(id, profile);
    this.#spans?.started(id);
  }

  onStop(id: string): object | null | undefined {
    const profile = this.#profiles.get(id);
    if (profile === undefined) return undefined;
    if (profile.hasEnded) {
      this.#waiting.expect(profile);
      return null;
    }
    const ranMs = performance.now() - profile.fromMs;
    // A timer that comes late would make the profile longer, and Relay would refuse it.
    profile.end(profile.fromMs + Math.min(ranMs, this.#maxProfileMs));
    this.#waiting.add(profile, ranMs >= this.#maxProfileMs - TIMER_TOLERANCE_MS);
    this.#spans?.finished(id, profile);
    return createStub();
  }

  follow(isPaused: boolean): void {
    if (!isPaused) return;
    for (const profile of this.#profiles.values()) {
      if (!profile.hasEnded) this.#lose(profile, 'budget', 'memory is critical');
    }
  }

  claim(profile: RecordedProfile): void {
    this.#remove(profile);
    this.#waiting.remove(profile);
  }

  claimCopy(id: unknown): void {
    const profile = this.#profiles.get(id as string);
    if (!profile?.hasEnded) return;
    this.claim(profile);
    profile.release();
    profile.entry.release();
  }

  claimUnseen(): void {
    this.#unseen.endOldest();
  }

  /** If the client has nothing under way any more, a profile that is not claimed in a moment never will be. */
  async settle(limitMs: number): Promise<void> {
    if (isIdle(this.#deps.client)) await this.#waiting.settle(limitMs, this.#flushedAtMs);
  }

  close(): void {
    this.#removeGate?.();
    this.#unsubscribe();
    this.#spans?.close();
    this.#unseen.close();
    this.#waiting.close();
    for (const profile of this.#profiles.values()) this.#lose(profile, 'shutdown', UNFINISHED);
  }

  #admit(): boolean {
    const { admission, sampling, maxActiveProfiles } = this.#deps;
    if (Math.random() >= sampling.decide()) return admission.skip('rate');
    if (this.#deps.isSeeing) {
      this.#isAdmitted = admission.hasRoom();
      return this.#isAdmitted || admission.skip('budget');
    }
    this.#unseen.expire();
    if (this.#unseen.running >= maxActiveProfiles) return admission.skip('active');
    const entry = admission.reserve('');
    if (entry !== undefined) this.#unseen.start(entry);
    return entry !== undefined;
  }

  #lose(profile: RecordedProfile, ...[reason, detail]: Cause): void {
    this.claim(profile);
    profile.release();
    this.#deps.onLost(profile.entry, reason, detail);
  }

  #remove({ entry }: RecordedProfile): void {
    this.#profiles.delete(entry.identity.id);
    this.#spans?.remove(entry.identity.id);
  }
}
