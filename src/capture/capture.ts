import type { Client } from '@sentry/core';
import type { Ledger } from '../ledger.ts';
import { DATA_CATEGORIES } from '../observe/discard-reasons.ts';
import type { Reporter } from '../observe/reporter.ts';
import { estimateHeldBytes, estimateRunningBytes } from '../profile/price.ts';
import type { Profile, ProfileFormat } from '../profile/types.ts';
import type { FindImages } from '../record/recorded-payload.ts';
import { type Claim, RecordedProfile } from '../record/recorded-profile.ts';
import type { Recorder, RecorderStats } from '../record/recorder.ts';
import type { RecordingHost } from '../record/recording-hosts.ts';
import type { ResolvedOptions } from '../resolve-options.ts';
import { Admission } from '../sampling/admission.ts';
import { createChosenShare } from '../sampling/chosen-share.ts';
import { createExpectedBytes, type ExpectedBytes } from '../sampling/expected-bytes.ts';
import { type Sampling, type SamplingStats, UNGOVERNED } from '../sampling/sampling.ts';
import { debug } from '../sdk.ts';
import { isAddonMissing } from '../seam/native-addon.ts';
import { attachToSeam, type SeamListener } from '../seam/native-seam.ts';
import { survive } from '../survive.ts';
import { MiB } from '../units.ts';
import type { CaptureMode, OnLost } from './capture-mode.ts';
import { ChunkMode } from './chunk-mode.ts';
import { sampleClient } from './client-sampling.ts';
import { followDefaultBudget } from './follow-budget.ts';
import { ProfilerLinks } from './profiler-links.ts';
import { isSpanMode, profilerOf, profilingOptionsOf } from './profiling-client.ts';
import { TransactionMode } from './transaction-mode.ts';
import { whyUnprofiled } from './unprofiled.ts';

/** How often running profiles are looked after where there is no governor. */
const UNGOVERNED_INTERVAL_MS = 1000;

/** A waiting profile is expected to hold this much until one has been seen. Real services compressed 20 s to 40 to 70 kB. */
const FIRST_RECORDED_BYTES = 64 * 1024;

/**
 * The same for a V8 profile that the SDK itself runs. It is half of what 20 s of a real service took, because most profiles are
 * shorter.
 */
const FIRST_UNSEEN_BYTES = 1.5 * MiB;

const WHY_NO_PROFILER = {
  binary: 'the native profiler has no binary for this version of Node',
  integration: '`nodeProfilingIntegration()` is missing',
};

const NO_RECORDING: RecorderStats = {
  bytes: 0,
  segments: 0,
  frames: 0,
  stacks: 0,
  nativeStops: 0,
  restarts: 0,
  ticks: 0,
  ticksLost: 0,
};

export interface CaptureDeps {
  readonly client: Client;
  readonly options: ResolvedOptions;
  readonly ledger: Ledger;
  readonly reporter: Reporter;
  readonly findImages: FindImages;
}

export interface CaptureStats {
  readonly running: number;
  readonly abandoned: number;
  readonly sampling: SamplingStats;
  readonly longestStopMs: number;
  readonly recorder: RecorderStats;
  readonly capabilities: {
    readonly nativeSeam: boolean;
    readonly transactionGate: boolean;
    readonly chunkGate: boolean;
  };
}

/**
 * Connects one client with the profiler. It decides which profiles may start, and keeps recorded ones until the client sends them,
 * because their recording must stay until then.
 */
export class Capture {
  readonly #findImages: FindImages;
  readonly #followBudget: () => void;
  readonly #format: ProfileFormat;
  readonly #expectedBytes: ExpectedBytes;
  readonly #admission: Admission;
  readonly #sampling: Sampling;
  readonly #mode: CaptureMode | undefined;
  readonly #detachFromSeam: (() => void) | undefined;
  readonly #links: ProfilerLinks | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  /** The part of this client's budget that the recording takes. */
  readonly #host: RecordingHost;
  #recorder: Recorder | undefined;
  #detachFromRecorder: (() => void) | undefined;

  constructor(deps: CaptureDeps) {
    const { client, options, ledger } = deps;
    const profilingOptions = profilingOptionsOf(client);
    const isMissing = isAddonMissing();
    const profiler = isMissing ? undefined : profilerOf(client);
    // Before the gates change the options.
    const why =
      profiler === undefined
        ? WHY_NO_PROFILER[isMissing ? 'binary' : 'integration']
        : whyUnprofiled(profilingOptions, profiler);
    this.#findImages = deps.findImages;
    this.#followBudget = followDefaultBudget(deps);
    this.#host = {
      get budgetBytes() {
        return ledger.budgetBytes;
      },
      hold: (bytes) => ledger.holdShared(bytes),
    };
    const isTransactions = profiler !== undefined && isSpanMode(profilingOptions, profiler);
    this.#format = isTransactions ? 'transaction' : 'chunk';
    this.#detachFromSeam = profiler && attachToSeam(this.#listener());
    const isSeeing = this.#detachFromSeam !== undefined;
    this.#expectedBytes = createExpectedBytes(isSeeing ? FIRST_RECORDED_BYTES : FIRST_UNSEEN_BYTES);
    this.#admission = new Admission({
      ledger,
      expectedBytes: this.#expectedBytes,
      format: this.#format,
      reporter: deps.reporter,
    });
    const chosenShare = createChosenShare();
    try {
      this.#sampling =
        profiler === undefined
          ? UNGOVERNED
          : sampleClient(options.sampling, {
              client,
              ledger,
              expectedBytes: this.#expectedBytes,
              reporter: deps.reporter,
              // Chunks cost the same, however many contexts they cover.
              readShare: () => (isTransactions ? chosenShare.value : 0),
            });
    } catch (error) {
      this.#detachFromSeam?.();
      throw error;
    }
    const onLost: OnLost = (entry, reason, detail) => {
      entry.drop(reason, detail);
      deps.reporter.lose(reason, [DATA_CATEGORIES[entry.identity.format]]);
    };
    const shared = { admission: this.#admission, sampling: this.#sampling, isSeeing, onLost };
    try {
      if (isTransactions) {
        this.#mode = new TransactionMode({
          ...shared,
          client,
          options: profilingOptions,
          maxActiveProfiles: options.maxActiveProfiles,
          onChoice: (isChosen) => chosenShare.observe(isChosen),
          onAbandoned: (id) => deps.reporter.abandon(id),
        });
      } else if (profiler !== undefined) {
        this.#links = isSeeing ? new ProfilerLinks(client) : undefined;
        const { maxChunkMs } = options;
        this.#mode = new ChunkMode({ ...shared, profiler, maxChunkMs, links: this.#links });
      }
      const { intervalMs } = options.sampling || { intervalMs: UNGOVERNED_INTERVAL_MS };
      this.#timer = setInterval(() => survive(() => this.#follow()), intervalMs).unref();
    } catch (error) {
      this.close();
      throw error;
    }
    if (profiler !== undefined) this.#tellMissing();
    if (why !== undefined) deps.reporter.warn('unprofiled', `This client profiles nothing: ${why}`);
  }

  get stats(): CaptureStats {
    const isTransactions = this.#format === 'transaction';
    const isGated = this.#mode?.isGated ?? false;
    return {
      running: (this.#recorder?.running ?? 0) + (this.#mode?.unseen ?? 0),
      abandoned: this.#mode?.abandoned ?? 0,
      sampling: this.#sampling.stats,
      longestStopMs: this.#recorder?.longestStopMs ?? 0,
      recorder: this.#recorder?.stats ?? NO_RECORDING,
      capabilities: {
        nativeSeam: this.#detachFromSeam !== undefined,
        transactionGate: isGated && isTransactions,
        chunkGate: isGated && !isTransactions,
      },
    };
  }

  /** Time of the event loop that the recording has taken, in milliseconds. */
  get cost(): Recorder['cost'] {
    return this.#recorder?.cost ?? { nativeStopMs: 0, interningMs: 0 };
  }

  /** Longest stretch of the event loop that interning has taken, in milliseconds. */
  get longestSliceMs(): number {
    return this.#recorder?.longestSliceMs ?? 0;
  }

  /** A profile has been intercepted. */
  claim(payload: Profile): Claim {
    const { profile, isUntouched } = RecordedProfile.of(payload) ?? {};
    if (profile === undefined) {
      this.#claimUnseen(payload);
      return {};
    }
    profile.claim();
    this.#mode?.claim(profile);
    if (isUntouched) return { recorded: profile, entry: profile.entry };
    profile.release();
    if (profile.group === undefined) return { entry: profile.entry, isShort: isWithoutTicks(payload) };
    profile.group.remove(profile);
    return {};
  }

  /** Learns from a waiting profile how much one holds. */
  observeWaiting(bytes: number): void {
    if (this.#detachFromSeam !== undefined) this.#expectedBytes.observe(bytes);
  }

  /** The client is flushed. Recorded profiles are sent on their way, and those whose transaction will never come are given up. */
  async settle(limitMs: number, isLast: boolean): Promise<void> {
    await this.#mode?.settle(limitMs, isLast);
    this.#recorder?.hurry();
  }

  /** Puts everything back as it was. */
  close(): void {
    clearInterval(this.#timer);
    this.#sampling.close();
    this.#mode?.close();
    this.#links?.close();
    this.#detachFromSeam?.();
    this.#detachFromRecorder?.();
  }

  #listener(): SeamListener {
    return {
      isStarting: () => this.#mode?.isStarting() ?? false,
      onStart: (id, recorder) => {
        this.#recorder ??= recorder;
        this.#detachFromRecorder ??= recorder.attach(this.#host);
        this.#mode?.onStart(id, {
          recorder: this.#recorder,
          host: this.#host,
          findImages: this.#findImages,
        });
      },
      onStop: (id) => this.#mode?.onStop(id),
    };
  }

  #claimUnseen(payload: Profile): void {
    if (this.#detachFromSeam !== undefined) {
      survive(() => this.#mode?.claimCopy((payload as { event_id?: unknown }).event_id));
      return;
    }
    if (this.#format === 'transaction') this.#mode?.claimUnseen();
    survive(() =>
      this.#expectedBytes.observe(estimateHeldBytes(payload) + estimateRunningBytes(payload.profile)),
    );
  }

  #tellMissing(): void {
    const missing = [
      ...(this.#detachFromSeam === undefined ? ["the native profiler's starts and stops"] : []),
      ...(this.#mode?.isGated ? [] : ["the SDK's profiler"]),
    ];
    if (missing.length === 0) return;
    debug.log(`[BoundedProfiling] Out of reach here: ${missing.join(' and ')}. The rest is bounded.`);
  }

  /** Applies the governor's decision to profiles that run already. */
  #follow(): void {
    this.#followBudget();
    this.#sampling.tick();
    this.#mode?.follow(this.#sampling.isPaused);
  }
}

function isWithoutTicks({ profile }: Profile): boolean {
  return survive(() => profile.samples.length === 0) ?? false;
}
