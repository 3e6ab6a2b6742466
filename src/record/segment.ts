import { type Pace, STEPS_PER_CHECK } from '../pace/pace.ts';
import type { Frame, SampledProfile } from '../profile/types.ts';
import { type Dictionary, NO_STACK } from './dictionary.ts';
import {
  cutMeasurements,
  type Measurements,
  type NativeMeasurements,
  readMeasurements,
} from './measurements.ts';

/**
 * A profile as `stopProfiling` returns it for a transaction (format 0). Its times count microseconds, while those of a chunk are
 * cut to milliseconds.
 */
export interface NativeProfile extends SampledProfile {
  readonly measurements?: NativeMeasurements;
}

/** A stretch of the recording: ticks by columns. All times are in milliseconds of `performance.now()`. */
export interface Segment {
  readonly fromMs: number;
  /** When the next segment begins. A tick at that moment belongs to the next one. */
  readonly untilMs: number;
  /** In order. */
  readonly timesMs: Float64Array;
  /** The stack of each tick, in the dictionary. */
  readonly stacks: Int32Array;
  readonly dictionary: Dictionary;
  readonly measurements: Measurements;
}

/** The profile that V8 recorded for a segment, and its place on the clock. */
export interface RawSegment {
  readonly profile: NativeProfile;
  /** When the V8 profile started: its ticks count from there. */
  readonly startMs: number;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Samples that are no ticks, because V8 took them when a profile started, of the stack that started it. */
  readonly startSamples: ReadonlySet<number>;
}

const NS_PER_MS = 1e6;

/** Not interned yet, in the lists of new ids. */
const UNKNOWN = -2;

/** A segment takes this much besides its columns. */
const SEGMENT_BYTES = 600;
const MEASUREMENT_BYTES = 24;

/** Makes columns of a V8 profile, whose objects are not needed afterwards. */
export function* readSegment(
  { profile, startMs, fromMs, untilMs, startSamples }: RawSegment,
  dictionary: Dictionary,
  pace: Pace,
): Generator<void, Segment> {
  const { samples, stacks, frames } = profile;
  const stackIds = new Int32Array(stacks.length).fill(UNKNOWN);
  const frameIds = new Int32Array(frames.length).fill(UNKNOWN);
  const ticks: { readonly timeMs: number; readonly stack: number }[] = [];
  for (let i = 0; i < samples.length; i++) {
    const { stack_id, elapsed_since_start_ns } = samples[i]!;
    const timeMs = startMs + Number(elapsed_since_start_ns) / NS_PER_MS;
    if (timeMs < fromMs || timeMs >= untilMs || startSamples.has(i)) continue;
    if (stackIds[stack_id] === UNKNOWN) {
      stackIds[stack_id] = internStack(dictionary, stacks[stack_id]!, frames, frameIds);
    }
    ticks.push({ timeMs, stack: stackIds[stack_id]! });
    if (i % STEPS_PER_CHECK === 0 && pace.isOver()) yield;
  }
  // If ticks were waiting when a profile started, V8 lists them after the sample of that start.
  ticks.sort((a, b) => a.timeMs - b.timeMs);
  return {
    fromMs,
    untilMs,
    timesMs: Float64Array.from(ticks, ({ timeMs }) => timeMs),
    stacks: Int32Array.from(ticks, ({ stack }) => stack),
    dictionary,
    measurements: cutMeasurements(readMeasurements(profile.measurements ?? {}, startMs), fromMs, untilMs),
  };
}

/** About the memory that a segment takes without its dictionary, in bytes. */
export function segmentBytes({ timesMs, stacks, measurements }: Segment): number {
  const measured = Object.values(measurements).reduce((sum, { values }) => sum + values.length, 0);
  return SEGMENT_BYTES + timesMs.byteLength + stacks.byteLength + measured * MEASUREMENT_BYTES;
}

function internStack(
  dictionary: Dictionary,
  stack: readonly number[],
  frames: readonly Frame[],
  frameIds: Int32Array,
): number {
  let id = NO_STACK;
  for (let i = stack.length - 1; i >= 0; i--) {
    const frame = stack[i]!;
    if (frameIds[frame] === UNKNOWN) frameIds[frame] = dictionary.internFrame(frames[frame]!);
    id = dictionary.internStack(id, frameIds[frame]!);
  }
  return id;
}
