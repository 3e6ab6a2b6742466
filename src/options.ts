import type { ProfileFormat } from './profile/types.ts';

/** A profile that did not arrive, as `onDrop` is told of it. */
export interface Drop {
  readonly reason: DropReason;
  /** `transaction`: a profile beside its transaction (v1). `chunk`: a chunk of continuous profiling (v2). */
  readonly format: ProfileFormat;
  /** Size of the item as JSON if it had been encoded, else an estimate of what it held, in bytes. */
  readonly bytes: number;
  /** The `event_id` of the profile or the `chunk_id` of the chunk; empty if it had none. */
  readonly id: string;
  /** The cause, in words for people: the status, the error, or which limit with its figures. Not a stable text. */
  readonly detail: string;
}

/**
 * Why a profile did not arrive.
 *
 * - `budget`: there was no room for it in `memoryBudgetBytes`, or memory became critical while it ran
 * - `too-large`: over `maxItemBytes`, `maxEnvelopeBytes` or `maxRequestBytes`, or the server answered 413
 * - `rate-limited`: a rate limit was active, or the server answered 429
 * - `network`: an upload failed and got no answer within `maxRetryAgeMs`
 * - `rejected`: the server answered with any other error
 * - `malformed`: it could not be read as a profile or not be encoded
 * - `shutdown`: the client was closed first, while it waited or still ran
 */
export type DropReason =
  | 'budget'
  | 'too-large'
  | 'rate-limited'
  | 'network'
  | 'rejected'
  | 'malformed'
  | 'shutdown';

/** How the sampling rate follows memory. All are optional. */
export interface SamplingOptions {
  /**
   * Below this share of the old generation that is live, the rate recovers.
   *
   * Range: above 0, below `highWatermark`.
   * @default 0.60
   */
  lowWatermark?: number | undefined;
  /**
   * Above this share of the old generation that is live, the rate falls.
   *
   * Range: above `lowWatermark`, below `criticalWatermark`.
   * @default 0.70
   */
  highWatermark?: number | undefined;
  /**
   * Above this share of the old generation that is live, profiling pauses. V8 begins to give up at 0.80
   * (`Heap::IsIneffectiveMarkCompact`).
   *
   * Range: above `highWatermark`, at most 1.
   * @default 0.78
   */
  criticalWatermark?: number | undefined;
  /**
   * How active async contexts are counted: open root spans, the resources that keep the event loop alive
   * (`process.getActiveResourcesInfo()`), or by your function. A function that throws or returns no number is
   * survived: its last good answer counts.
   *
   * @default 'root-spans'
   */
  contexts?: 'root-spans' | 'active-resources' | (() => number) | undefined;
  /**
   * How often memory is looked at, in milliseconds.
   *
   * Range: a number from 10 to 60,000.
   * @default 1000
   */
  intervalMs?: number | undefined;
}

/** Options of the integration. All are optional. */
export interface BoundedProfilingOptions {
  /**
   * Bound on all that profiling holds, from a profile's start until the server has acknowledged it, in bytes.
   *
   * Range: an integer of at least 1 MiB.
   * @default 5% of the old generation, between 16 and 64 MiB; in a container at most this process's share of 5% of its memory, within
   * the same bounds: the processes in it that run the same Node share that evenly, with 1 MiB each at least
   */
  memoryBudgetBytes?: number | undefined;
  /**
   * Largest profile item that is sent, in bytes before compression.
   *
   * Range: an integer of at least 1 KiB.
   * @default 50 MiB, Relay's limit for profile items
   */
  maxItemBytes?: number | undefined;
  /**
   * Largest envelope with a profile that is sent, in bytes before compression.
   *
   * Range: an integer of at least 1 KiB.
   * @default 200 MiB, Relay's limit for envelopes
   */
  maxEnvelopeBytes?: number | undefined;
  /**
   * Largest request body with a profile that is sent, in bytes after compression: the limit of a proxy in front of the
   * server, for nginx `client_max_body_size`.
   *
   * Range: an integer of at least 1 KiB.
   * @default none
   */
  maxRequestBytes?: number | undefined;
  /**
   * How the sampling rate follows memory. `false` leaves your own rate alone.
   *
   * @default {}
   */
  sampling?: false | SamplingOptions | undefined;
  /**
   * Only where the native profiler is out of reach (`capabilities.nativeSeam`), with one profile a transaction (SDK 9 and 10): V8
   * profiles running at once. V8 stores each tick once for each of them. Else one recording serves all, and this has no effect.
   *
   * Range: an integer of at least 1.
   * @default 32
   */
  maxActiveProfiles?: number | undefined;
  /**
   * With continuous profiling: longest chunk, in milliseconds. All that the SDK starts and stops within that time is sent as one.
   *
   * Range: a number from 1,000 to 60,000, the SDK's own length. Relay refuses more than 66 s.
   * @default 10000
   */
  maxChunkMs?: number | undefined;
  /**
   * Longest stretch of the event loop that encoding takes at a time, in milliseconds.
   *
   * Range: a number above 0, at most 1,000.
   * @default 5
   */
  maxSliceMs?: number | undefined;
  /**
   * Time limit for one attempt to upload, from its start to the answer, in milliseconds.
   *
   * Range: a number from 1 to 2,147,483,647.
   * @default 30000
   */
  uploadTimeoutMs?: number | undefined;
  /**
   * How long a profile may wait for an upload to succeed before it is dropped, in milliseconds.
   *
   * Range: a number from 0 to 2,147,483,647.
   * @default 300000
   */
  maxRetryAgeMs?: number | undefined;
  /**
   * Called with every profile that did not arrive. Its errors are swallowed.
   *
   * @default none
   */
  onDrop?: ((drop: Drop) => void) | undefined;
}
