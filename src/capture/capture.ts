import type { Client } from '@sentry/core';
import type { Slices } from '../encode/slices.ts';
import type { Ledger, ProfileIdentity } from '../ledger.ts';
import type { DropReason } from '../options.ts';
import type { ResolvedOptions } from '../resolve-options.ts';
import { learnChosenShare } from '../sampling/chosen-share.ts';
import { learnExpectedBytes } from '../sampling/expected-bytes.ts';
import type { Sampling, SamplingStats } from '../sampling/sampling.ts';
import { debug } from '../sdk.ts';
import { CaptureEdge, type SkipReason } from './capture-edge.ts';
import { ChunkGate, isChunkProfiler } from './chunk-gate.ts';
import { sampleClient } from './client-sampling.ts';
import { FinishedProfiles } from './finished-profiles.ts';
import { attachToSeam, type Seam } from './native-seam.ts';
import {
  isIdle,
  isSpanMode,
  maxProfileMsOf,
  profilerOf,
  profilingOptionsOf,
  type SdkProfiler,
} from './profiling-client.ts';
import { installSpanGate } from './span-gate.ts';
import { spreadAborts } from './spread-aborts.ts';
import { survive } from './survive.ts';

/** The SDK ends a chunk after 60 s in any case (`CHUNK_INTERVAL_MS`). */
const MAX_CHUNK_MS = 60_000;

/** How often what runs is looked after where there is no governor. */
const UNGOVERNED_INTERVAL_MS = 1000;

export interface CaptureParts {
  readonly client: Client;
  readonly options: ResolvedOptions;
  readonly ledger: Ledger;
  readonly slices: Slices;
  /** Told of a profile that was chosen and never started. */
  readonly onSkip: (format: ProfileIdentity['format']) => void;
  /** Told of a profile that ended, or was ended, and is not kept. */
  readonly onLost: (identity: ProfileIdentity, bytes: number, reason: DropReason) => void;
}

export interface CaptureStats {
  readonly running: number;
  readonly abandoned: number;
  readonly skipped: Readonly<Record<SkipReason, number>>;
  readonly sampling: SamplingStats;
  readonly longestStopMs: number;
  readonly capabilities: {
    readonly nativeSeam: boolean;
    readonly transactionGate: boolean;
    readonly chunkGate: boolean;
  };
}

/** The profiler's edge of one client: what may start, what runs, and what has ended and was not intercepted yet. */
export class Capture {
  readonly #format: ProfileIdentity['format'];
  readonly #parts: CaptureParts;
  readonly #chosenShare = learnChosenShare();
  readonly #finished: FinishedProfiles;
  readonly #edge: CaptureEdge;
  readonly #sampling: Sampling;
  readonly #seam: Seam | undefined;
  readonly #removeSpanGate: (() => void) | undefined;
  readonly #chunkGate: ChunkGate | undefined;
  readonly #abort: (() => void) | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(parts: CaptureParts) {
    const { client, options, ledger } = parts;
    const profilingOptions = profilingOptionsOf(client);
    const profiler = profilerOf(client);
    this.#parts = parts;
    const isTransactions = profiler !== undefined && isSpanMode(profilingOptions, profiler);
    this.#format = isTransactions ? 'transaction' : 'chunk';
    this.#finished = new FinishedProfiles(parts.slices);
    const expectedBytes = learnExpectedBytes();
    this.#edge = new CaptureEdge({
      ledger,
      finished: this.#finished,
      expectedBytes,
      // A rotation has two chunks running for a moment.
      maxActiveProfiles: isTransactions ? options.maxActiveProfiles : Number.POSITIVE_INFINITY,
      maxProfileMs: isTransactions ? maxProfileMsOf(profilingOptions) : MAX_CHUNK_MS,
      onSkip: () => parts.onSkip(this.#format),
      onLost: (id, bytes, reason) => parts.onLost({ id, format: this.#format }, bytes, reason),
    });
    const edge = this.#edge;
    this.#sampling = sampleClient(profiler !== undefined && options.sampling, {
      client,
      ledger,
      edge,
      expectedBytes,
      // Continuous profiling runs one profile, however many contexts it covers: no dice decide whether there is room for it.
      readShare: () => (isTransactions ? this.#chosenShare.value : 0),
    });
    const { intervalMs } = options.sampling || { intervalMs: UNGOVERNED_INTERVAL_MS };
    this.#timer = setInterval(() => survive(() => this.#follow()), intervalMs).unref();
    if (profiler === undefined) return;
    const seam = attachToSeam(this.#edge);
    this.#seam = seam;
    this.#edge.isSeeing = seam !== undefined;
    if (seam !== undefined) {
      const findNext = (): string | undefined =>
        this.#sampling.isPaused ? this.#edge.oldestRunning : this.#edge.findOvergrown();
      this.#abort = spreadAborts(findNext, (id) => seam.abort(id));
    }
    if (isTransactions) {
      this.#removeSpanGate = survive(() =>
        installSpanGate(profilingOptions, {
          observe: (isChosen) => this.#chosenShare.observe(isChosen),
          admit: () => this.#admitSpan(),
        }),
      );
    } else this.#chunkGate = this.#gateChunks(profiler);
    this.#edge.ownsUnannounced = !this.#isGated;
    this.#tellMissing();
  }

  get stats(): CaptureStats {
    const { running, skipped, longestStopMs } = this.#edge;
    return {
      running,
      abandoned: this.#finished.abandoned,
      skipped: { ...skipped },
      sampling: this.#sampling.stats,
      longestStopMs,
      capabilities: {
        nativeSeam: this.#seam !== undefined,
        transactionGate: this.#removeSpanGate !== undefined,
        chunkGate: this.#chunkGate !== undefined,
      },
    };
  }

  /** A profile has been intercepted. @returns how many bytes of JSON it has been made smaller by */
  claim(id: string): number {
    if (this.#format === 'transaction') this.#edge.endUnseen();
    return this.#finished.claim(id);
  }

  /** The client is flushed. If it has nothing under way any more, what is not claimed in a moment never will be. */
  async settle(limitMs: number): Promise<void> {
    if (isIdle(this.#parts.client)) await this.#finished.settle(limitMs);
  }

  /** Puts everything back as it was; what runs is left to the SDK. */
  close(): void {
    clearInterval(this.#timer);
    this.#sampling.close();
    this.#chunkGate?.close();
    this.#removeSpanGate?.();
    this.#seam?.detach();
    this.#edge.close();
    this.#finished.close();
  }

  get #isGated(): boolean {
    return this.#chunkGate !== undefined || this.#removeSpanGate !== undefined;
  }

  #tellMissing(): void {
    const missing = [
      ...(this.#seam === undefined ? ["the native profiler's starts and stops"] : []),
      ...(this.#isGated ? [] : ["the SDK's profiler"]),
    ];
    if (missing.length === 0) return;
    debug.log(`[BoundedProfiling] Out of reach here: ${missing.join(' and ')}. The rest is bounded.`);
  }

  #admitSpan(): boolean {
    if (Math.random() >= this.#sampling.decide()) return this.#edge.skip('rate');
    return this.#edge.admit();
  }

  #gateChunks(profiler: SdkProfiler): ChunkGate | undefined {
    if (!isChunkProfiler(profiler)) return undefined;
    const edge = this.#edge;
    const sampling = this.#sampling;
    const { ledger, options } = this.#parts;
    const admission = {
      budgetBytes: ledger.budgetBytes,
      get rate() {
        return sampling.decide();
      },
      get roomBytes() {
        return ledger.freeBytes;
      },
      get lastStop() {
        return edge.lastStop;
      },
      admit: (bytes: number) => edge.admit(bytes),
      ended: () => edge.endUnseen(),
      withdraw: () => edge.withdraw(),
      skipForRate: () => edge.skip('rate'),
    };
    return new ChunkGate(profiler, admission, options.maxChunkMs);
  }

  /** Does what the governor has decided to what is running already. */
  #follow(): void {
    this.#sampling.decide();
    this.#chunkGate?.update();
    if (this.#format === 'transaction') this.#abort?.();
  }
}
