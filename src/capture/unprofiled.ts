import { isSpanMode, type ProfilingOptions, type SdkProfiler } from './profiling-client.ts';

/** The options that decide whether the SDK ever starts a profile. */
type RateOptions = ProfilingOptions & {
  profileSessionSampleRate?: unknown;
  profileLifecycle?: unknown;
  tracesSampleRate?: unknown;
  tracesSampler?: unknown;
};

/**
 * Why nothing is profiled by these options, in words for people, so that a client without profiles is no riddle.
 *
 * @returns undefined if the SDK may start profiles
 */
export function whyUnprofiled(options: RateOptions, profiler: SdkProfiler): string | undefined {
  const { profilesSampler, profilesSampleRate, profileSessionSampleRate, profileLifecycle } = options;
  if (isSpanMode(options, profiler)) {
    if (typeof profilesSampler !== 'function' && !profilesSampleRate)
      return '`profilesSampleRate` is 0 or not set';
    return whyNoSpans(options);
  }
  if (!profileSessionSampleRate) return whyNoSession(options, profiler);
  if (profileLifecycle === undefined) {
    return "`profileLifecycle` is not 'trace', and `Sentry.profiler.startProfiler()` was not called yet";
  }
  return profileLifecycle === 'trace' ? whyNoSpans(options) : undefined;
}

function whyNoSession(options: RateOptions, profiler: SdkProfiler): string {
  const isOlder = typeof profiler._setupAutomaticSpanProfiling === 'function';
  // SDK 9 and 10 take manual calls without any option.
  if (isOlder && !('profileSessionSampleRate' in options) && !('profileLifecycle' in options)) {
    return 'neither `profilesSampleRate` nor `profileSessionSampleRate` is set, and `Sentry.profiler.startProfiler()` was not called yet';
  }
  const isOutdated = !isOlder && 'profilesSampleRate' in options;
  const hint = isOutdated ? '; this SDK does not know `profilesSampleRate`' : '';
  return `\`profileSessionSampleRate\` is 0 or not set${hint}`;
}

/** Decides as the SDK does (`hasSpansEnabled`). */
function whyNoSpans({ tracesSampleRate, tracesSampler }: RateOptions): string | undefined {
  return (tracesSampleRate ?? undefined) === undefined && !tracesSampler
    ? '`tracesSampleRate` is not set, and only spans are profiled'
    : undefined;
}
