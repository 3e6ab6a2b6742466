import { inspect } from 'node:util';
import { maxProcessBytes } from './process-limits.ts';
import type { ProfileFormat } from './profile/types.ts';

const MiB = 1024 * 1024;

/** A profile that did not arrive, as `onDrop` is told of it. */
export interface Drop {
  readonly reason: DropReason;
  /** `transaction`: a profile beside its transaction (v1). `chunk`: a chunk of continuous profiling (v2). */
  readonly format: ProfileFormat;
  /** Size of the item as JSON if it had been encoded, else an estimate of what it held, in bytes. */
  readonly bytes: number;
  /** The `event_id` of the profile or the `chunk_id` of the chunk; empty if it had none. */
  readonly id: string;
}

/**
 * Why a profile did not arrive.
 *
 * - `budget`: there was no room for it in `memoryBudgetBytes`
 * - `too-large`: over `maxItemBytes`, `maxEnvelopeBytes` or `maxRequestBytes`, or the server answered 413
 * - `rate-limited`: a rate limit was active, or the server answered 429
 * - `network`: an upload failed and got no answer within `maxRetryAgeMs`
 * - `rejected`: the server answered with any other error
 * - `malformed`: it could not be read as a profile or not be encoded
 * - `shutdown`: the client was closed first
 */
export type DropReason =
  | 'budget'
  | 'too-large'
  | 'rate-limited'
  | 'network'
  | 'rejected'
  | 'malformed'
  | 'shutdown';

/** Options of the integration. All are optional. */
export interface BoundedProfilingOptions {
  /**
   * Bound on all that profiling holds, from a profile's interception until the server has acknowledged it, in bytes.
   *
   * Range: an integer of at least 1 MiB.
   * @default 5% of what the process may use (old generation or container, the smaller), between 16 and 64 MiB
   */
  memoryBudgetBytes?: number;
  /**
   * Largest profile item that is sent, in bytes before compression.
   *
   * Range: an integer of at least 1 KiB.
   * @default 50 MiB, Relay's limit for profile items
   */
  maxItemBytes?: number;
  /**
   * Largest envelope with a profile that is sent, in bytes before compression.
   *
   * Range: an integer of at least 1 KiB.
   * @default 200 MiB, Relay's limit for envelopes
   */
  maxEnvelopeBytes?: number;
  /**
   * Largest request body with a profile that is sent, in bytes after compression: what a proxy in front of the server
   * enforces, for nginx `client_max_body_size`.
   *
   * Range: an integer of at least 1 KiB.
   * @default none
   */
  maxRequestBytes?: number;
  /**
   * Longest stretch of the event loop that encoding takes at a time, in milliseconds.
   *
   * Range: a number above 0, at most 1,000.
   * @default 5
   */
  maxSliceMs?: number;
  /**
   * Time limit for one attempt to upload, from its start to the answer, in milliseconds.
   *
   * Range: a number from 1 to 2,147,483,647.
   * @default 30000
   */
  uploadTimeoutMs?: number;
  /**
   * How long a profile may wait for an upload to succeed before it is dropped, in milliseconds.
   *
   * Range: a number from 0 to 2,147,483,647.
   * @default 300000
   */
  maxRetryAgeMs?: number;
  /**
   * Called with every profile that did not arrive. What it throws is swallowed.
   *
   * @default none
   */
  onDrop?: (drop: Drop) => void;
}

/** Options after defaults and checks: what runs. */
export interface ResolvedOptions {
  readonly memoryBudgetBytes: number;
  readonly maxItemBytes: number;
  readonly maxEnvelopeBytes: number;
  /** Infinity for no limit. */
  readonly maxRequestBytes: number;
  readonly maxSliceMs: number;
  readonly uploadTimeoutMs: number;
  readonly maxRetryAgeMs: number;
  readonly onDrop: ((drop: Drop) => void) | undefined;
}

/** Fills in the defaults and checks every option. @throws TypeError that names the option, the range and the value */
export function resolveOptions(options: BoundedProfilingOptions = {}): ResolvedOptions {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'an object', options);
  const { onDrop } = options;
  if (onDrop !== undefined && typeof onDrop !== 'function') throw invalid('onDrop', 'a function', onDrop);
  return {
    memoryBudgetBytes: bytes(options, 'memoryBudgetBytes', MiB) ?? defaultBudgetBytes(),
    maxItemBytes: bytes(options, 'maxItemBytes', 1024) ?? 50 * MiB,
    maxEnvelopeBytes: bytes(options, 'maxEnvelopeBytes', 1024) ?? 200 * MiB,
    maxRequestBytes: bytes(options, 'maxRequestBytes', 1024) ?? Number.POSITIVE_INFINITY,
    maxSliceMs: milliseconds(options, 'maxSliceMs', Number.MIN_VALUE, 1000) ?? 5,
    uploadTimeoutMs: milliseconds(options, 'uploadTimeoutMs', 1, MAX_TIMER_MS) ?? 30_000,
    maxRetryAgeMs: milliseconds(options, 'maxRetryAgeMs', 0, MAX_TIMER_MS) ?? 300_000,
    onDrop,
  };
}

/** Node sets a timer of more than a signed 32-bit integer to 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function defaultBudgetBytes(): number {
  return Math.round(Math.min(Math.max(0.05 * maxProcessBytes(), 16 * MiB), 64 * MiB));
}

function bytes(
  options: BoundedProfilingOptions,
  name: keyof BoundedProfilingOptions,
  min: number,
): number | undefined {
  const value: unknown = options[name];
  if (value === undefined) return undefined;
  if (Number.isSafeInteger(value) && (value as number) >= min) return value as number;
  throw invalid(name, `an integer of at least ${min}`, value);
}

function milliseconds(
  options: BoundedProfilingOptions,
  name: keyof BoundedProfilingOptions,
  min: number,
  max: number,
): number | undefined {
  const value: unknown = options[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw invalid(
    name,
    min === Number.MIN_VALUE ? `a number above 0, at most ${max}` : `a number from ${min} to ${max}`,
    value,
  );
}

function invalid(name: string, range: string, value: unknown): TypeError {
  const error = new TypeError(
    `Expected \`${name}\` to be ${range}, got \`${inspect(value)}\` (${typeof value})`,
  );
  return Object.assign(error, { code: 'ERR_INVALID_OPTION' });
}
