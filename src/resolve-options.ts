import { inspect } from 'node:util';
import type { BoundedProfilingOptions, Drop, SamplingOptions } from './options.ts';
import { MiB } from './units.ts';

/** The options of sampling after defaults and checks. */
export type ResolvedSampling = {
  readonly [Name in keyof SamplingOptions]-?: NonNullable<SamplingOptions[Name]>;
};

/** Options after defaults and checks. */
export interface ResolvedOptions {
  /** Undefined for the default, which depends on how many processes share a container. */
  readonly memoryBudgetBytes: number | undefined;
  readonly maxItemBytes: number;
  readonly maxEnvelopeBytes: number;
  /** Infinity for no limit. */
  readonly maxRequestBytes: number;
  /** False when the rate is left alone. */
  readonly sampling: false | ResolvedSampling;
  readonly maxActiveProfiles: number;
  readonly maxChunkMs: number;
  readonly maxSliceMs: number;
  readonly uploadTimeoutMs: number;
  readonly maxRetryAgeMs: number;
  readonly onDrop: ((drop: Drop) => void) | undefined;
}

/** Fills in the defaults and checks every option. @throws TypeError that names the option, the range and the value */
export function resolveOptions(options: BoundedProfilingOptions = {}): ResolvedOptions {
  if (!isRecord(options)) throw invalid('options', 'an object', options);
  const { onDrop } = options;
  if (onDrop !== undefined && typeof onDrop !== 'function') throw invalid('onDrop', 'a function', onDrop);
  const resolved: ResolvedOptions = {
    memoryBudgetBytes: atLeast(options, 'memoryBudgetBytes', MiB),
    maxItemBytes: atLeast(options, 'maxItemBytes', 1024) ?? 50 * MiB,
    maxEnvelopeBytes: atLeast(options, 'maxEnvelopeBytes', 1024) ?? 200 * MiB,
    maxRequestBytes: atLeast(options, 'maxRequestBytes', 1024) ?? Number.POSITIVE_INFINITY,
    sampling: resolveSampling(options.sampling),
    maxActiveProfiles: atLeast(options, 'maxActiveProfiles', 1) ?? 32,
    maxChunkMs: within(options, 'maxChunkMs', 1000, 60_000) ?? 10_000,
    maxSliceMs: within(options, 'maxSliceMs', Number.MIN_VALUE, 1000) ?? 5,
    uploadTimeoutMs: within(options, 'uploadTimeoutMs', 1, MAX_TIMER_MS) ?? 30_000,
    maxRetryAgeMs: within(options, 'maxRetryAgeMs', 0, MAX_TIMER_MS) ?? 300_000,
    onDrop,
  };
  checkNames(options, Object.keys(resolved), '');
  return resolved;
}

/** A misspelled option would be a bound that is not there. */
function checkNames(options: object, known: readonly string[], path: string): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw invalid(
    path + unknown,
    `an option, one of ${known.join(', ')}`,
    (options as Record<string, unknown>)[unknown],
  );
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Node sets a timer of more than a signed 32-bit integer to 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const SAMPLING_DEFAULTS: ResolvedSampling = {
  lowWatermark: 0.6,
  highWatermark: 0.7,
  criticalWatermark: 0.78,
  contexts: 'root-spans',
  intervalMs: 1000,
};

function resolveSampling(sampling: BoundedProfilingOptions['sampling'] = {}): ResolvedOptions['sampling'] {
  if (sampling === false) return false;
  if (!isRecord(sampling)) throw invalid('sampling', 'an object or false', sampling);
  checkNames(sampling, Object.keys(SAMPLING_DEFAULTS), 'sampling.');
  const { contexts = SAMPLING_DEFAULTS.contexts } = sampling;
  if (typeof contexts !== 'function' && contexts !== 'root-spans' && contexts !== 'active-resources') {
    throw invalid('sampling.contexts', "'root-spans', 'active-resources' or a function", contexts);
  }
  const intervalMs = within(sampling, 'intervalMs', 10, 60_000, 'sampling.') ?? SAMPLING_DEFAULTS.intervalMs;
  return { ...resolveWatermarks(sampling), contexts, intervalMs };
}

function resolveWatermarks(
  sampling: SamplingOptions,
): Record<'lowWatermark' | 'highWatermark' | 'criticalWatermark', number> {
  const watermark = (name: 'lowWatermark' | 'highWatermark' | 'criticalWatermark'): number =>
    within(sampling, name, Number.MIN_VALUE, 1, 'sampling.') ?? SAMPLING_DEFAULTS[name];
  const lowWatermark = watermark('lowWatermark');
  const highWatermark = watermark('highWatermark');
  const criticalWatermark = watermark('criticalWatermark');
  if (lowWatermark >= highWatermark) {
    throw invalid('sampling.lowWatermark', `below highWatermark (${highWatermark})`, lowWatermark);
  }
  if (highWatermark >= criticalWatermark) {
    throw invalid('sampling.highWatermark', `below criticalWatermark (${criticalWatermark})`, highWatermark);
  }
  return { lowWatermark, highWatermark, criticalWatermark };
}

function atLeast(
  options: BoundedProfilingOptions,
  name: keyof BoundedProfilingOptions,
  min: number,
): number | undefined {
  const value: unknown = options[name];
  if (value === undefined) return undefined;
  if (Number.isSafeInteger(value) && (value as number) >= min) return value as number;
  throw invalid(name, `an integer of at least ${min}`, value);
}

/** @param path stands before the name in an error */
function within<Options extends object>(
  options: Options,
  name: keyof Options & string,
  min: number,
  max: number,
  path = '',
): number | undefined {
  const value: unknown = options[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= min && value <= max) return value;
  const range =
    min === Number.MIN_VALUE ? `a number above 0, at most ${max}` : `a number from ${min} to ${max}`;
  throw invalid(path + name, range, value);
}

function invalid(name: string, range: string, value: unknown): TypeError {
  const error = new TypeError(
    `Expected \`${name}\` to be ${range}, got \`${inspect(value)}\` (${typeof value})`,
  );
  return Object.assign(error, { code: 'ERR_INVALID_OPTION' });
}
