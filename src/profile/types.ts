/**
 * `transaction`: sample format v1, the `profile` item beside its transaction.
 * `chunk`: sample format v2, the `profile_chunk` item of continuous profiling.
 */
export type ProfileFormat = 'transaction' | 'chunk';

/** One tick of the profiler. Timestamps are strings of nanoseconds (v1) or seconds as a float (v2). */
export interface Sample {
  stack_id: number;
  thread_id: string;
  elapsed_since_start_ns?: string;
  timestamp?: number;
}

/** A frame as the native profiler emits it; SDK processors may have added or changed anything. */
export interface Frame {
  lineno?: number;
  colno?: number;
  in_app?: boolean;
  function?: string;
  abs_path?: string;
  filename?: string;
  module?: string;
}

/** The part of a profile that grows: samples point to stacks, stacks (leaf first) point to frames. */
export interface SampledProfile {
  samples: Sample[];
  stacks: number[][];
  frames: Frame[];
}

/** The payload of a profile item, in either format: metadata around a {@link SampledProfile}. */
export interface Profile<Sampled = SampledProfile> {
  profile: Sampled;
}

/** Thrown for a profile that the profiler can't have made, because an array is missing or an index points to nothing. */
export class MalformedProfileError extends TypeError {
  override readonly name = 'MalformedProfileError';
  readonly code = 'ERR_MALFORMED_PROFILE';
}
