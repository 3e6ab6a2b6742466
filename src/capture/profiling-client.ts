import type { Client } from '@sentry/core';

/** Options of the SDK's profiling that a client of any line may have. Each line types others. */
export interface ProfilingOptions {
  profilesSampler?: unknown;
  profilesSampleRate?: unknown;
  _experiments?: { maxProfileDurationMs?: number };
}

/** The SDK's profiler. It is private, so each member has to be looked for before it is used. */
export interface SdkProfiler {
  _setupAutomaticSpanProfiling?: unknown;
  _chunkData?: { id?: unknown } | undefined;
  _profileLifecycle?: unknown;
  _startChunkProfiling?(): void;
  _stopChunkProfiling?(): void;
  _flush?(chunk: object): void;
  _profilerId?: unknown;
  start?(): void;
  stop?(): void;
}

export function profilingOptionsOf(client: Client): ProfilingOptions {
  return client.getOptions() as ProfilingOptions;
}

/** The profiler of `nodeProfilingIntegration()`, undefined when the client does not have that integration. */
export function profilerOf(client: Client): SdkProfiler | undefined {
  const integration = client.getIntegrationByName('ProfilingIntegration') as
    | { _profiler?: SdkProfiler }
    | undefined;
  return integration?._profiler;
}

/** The SDK's limit for the profile of a transaction, in milliseconds (`MAX_PROFILE_DURATION_MS`). */
const MAX_PROFILE_MS = 30_000;

/** The limit in force. The SDK reads the same option, and Relay refuses a profile that is longer than the SDK's own limit. */
export function maxProfileMsOf({ _experiments }: ProfilingOptions): number {
  return Math.min(_experiments?.maxProfileDurationMs || MAX_PROFILE_MS, MAX_PROFILE_MS);
}

/**
 * SDK 9 and 10 choose one profile a transaction by the mere presence of these options (`getProfilingMode`). SDK 11 ignores them,
 * and an application that has moved on to it may still have them.
 */
export function isSpanMode(options: ProfilingOptions, profiler: SdkProfiler): boolean {
  if (typeof profiler._setupAutomaticSpanProfiling !== 'function') return false;
  return 'profilesSampleRate' in options || 'profilesSampler' in options;
}

/**
 * Whether no event of the client is on its way to the transport. The client's own `flush` asks the same
 * (`_isClientDoneProcessing`).
 */
export function isIdle(client: Client): boolean {
  return (client as unknown as { _numProcessing?: number })._numProcessing === 0;
}

/**
 * Whether a flush of the client sends on all ended spans at once. The SDK makes its own tracer provider do so. A provider of the
 * user's sends them in its own time.
 */
export function isFlushingSpans(client: Client): boolean {
  return (client as { traceProvider?: object }).traceProvider !== undefined;
}
