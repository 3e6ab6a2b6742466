import type { UploadStats } from '../deliver/upload.ts';
import type { DropReason } from '../options.ts';
import type { RecorderStats } from '../record/recorder.ts';
import type { SkipReason } from '../sampling/admission.ts';
import type { SamplingStats } from '../sampling/sampling.ts';
import type { HeldBackStats } from './held-back.ts';
import type { OversizedStats } from './oversized.ts';

/** The statistics of one client, as a frozen snapshot: `captured = delivered + dropped.total + pending`. */
export interface ProfilingStats {
  /** Profiles that were intercepted on their way out, or lost before that for want of room. */
  readonly captured: number;
  /** Profiles that the server has acknowledged. */
  readonly delivered: number;
  /** Profiles that are being encoded, wait, or are being uploaded. */
  readonly pending: number;
  /** Profiles that did not arrive, by reason. A reason that did not occur is not listed. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>> & { total: number }>;
  readonly bytes: {
    /** Length that `JSON.stringify` of the encoded items would have had, within 2%. */
    readonly original: number;
    /** Length of the encoded items. */
    readonly encoded: number;
    /** Compressed size of the acknowledged request bodies; as handed over, with a transport of your own. */
    readonly sent: number;
  };
  readonly memory: {
    readonly budgetBytes: number;
    /** Bytes that profiling holds now, and has set aside for profiles that run. */
    readonly heldBytes: number;
    /** The part of it that is set aside for profiles that run, or have ended and wait for their transaction. */
    readonly reservedBytes: number;
    readonly peakHeldBytes: number;
  };
  /** The limits in force, in bytes. `requestBytes` is lowered for a day when the server answers 413. */
  readonly limits: {
    readonly itemBytes: number;
    readonly envelopeBytes: number;
    /** Undefined without a limit. */
    readonly requestBytes: number | undefined;
  };
  readonly upload: UploadStats;
  /** Time that profiling has taken so far, in milliseconds. Native stops, interning and deflating: of the process, all clients together. */
  readonly cost: {
    /** Of the event loop: stopping V8 profiles, which builds their objects. */
    readonly nativeStopMs: number;
    /** Of the event loop: taking ticks, stacks and frames into the recording. */
    readonly interningMs: number;
    /** Of the event loop: cutting, compacting and encoding profiles. */
    readonly encodingMs: number;
    /** On zlib's threads, the wait for one included; up to 16 KiB at a time of the event loop. */
    readonly deflatingMs: number;
    /** How long transactions were held back for their profiles: how many, in all, median, 99th percentile, and the longest. */
    readonly heldBackMs: HeldBackStats;
  };
  readonly oversized: OversizedStats;
  /** V8 profiles open now: two at the most, however many contexts are open; more only without `nativeSeam`. */
  readonly running: number;
  /** Profiles that ended and whose transaction never came: dropped by `beforeSendTransaction`, for example. */
  readonly abandoned: number;
  /**
   * Profiles that your own rate had chosen and that were not taken: for the governor's rate, for want of room in the budget,
   * because `maxActiveProfiles` were running, or (`short`) because V8 took no tick in their time. With continuous profiling, each
   * counts for a chunk.
   */
  readonly skipped: Readonly<Record<SkipReason, number>>;
  readonly sampling: SamplingStats;
  /** Longest time that stopping one V8 profile has taken, in milliseconds: the event loop stands still that long. */
  readonly longestStopMs: number;
  readonly recorder: RecorderStats;
  /** Longest stretch of the event loop that interning or encoding has taken at a time, in milliseconds. */
  readonly longestSliceMs: number;
  /** Which parts work in this process. */
  readonly capabilities: {
    /** Profiles are uploaded by the integration itself; if not, they are handed to the client's transport as bytes. */
    readonly streamingUpload: boolean;
    /** Starts and stops of V8 profiles are seen and can be refused. */
    readonly nativeSeam: boolean;
    /** The rate of transactions' profiles is governed (SDK 9 and 10, with `profilesSampleRate` or `profilesSampler`). */
    readonly transactionGate: boolean;
    /** Continuous profiling is governed and its chunks are rotated. */
    readonly chunkGate: boolean;
  };
}

/** Freezes a snapshot and all that is in it. */
export function freezeStats<T extends object>(stats: T): T {
  for (const part of Object.values(stats)) {
    if (typeof part === 'object' && part !== null) freezeStats(part);
  }
  return Object.freeze(stats);
}
