import type { Compaction, CompactProfile } from '../profile/compact.ts';
import { jsonIntegerBytes } from '../profile/json-bytes.ts';
import type { Profile } from '../profile/types.ts';
import type { Cut } from './cut.ts';
import { NO_STACK } from './dictionary.ts';
import type { Measurements } from './measurements.ts';
import {
  type Clock,
  elapsedNs,
  epochSeconds,
  RecordedFrames,
  RecordedSamples,
  RecordedStacks,
} from './recorded-lists.ts';
import type { MadeProfile, StandIn } from './stand-in.ts';

/** Finds the debug images of scripts. Sentry needs them to show a frame in the source that it was built from. */
export type FindImages = (paths: readonly string[]) => unknown[];

/** Puts a cut in the place of a payload's stand-in. Samples, stacks and frames stay columns: no objects are made of them. */
export function recordedPayload(
  payload: Profile,
  around: StandIn['around'],
  cut: Cut,
  clock: Clock,
  findImages: FindImages,
): Compaction {
  const recorded: Record<string, unknown> = {
    measurements: measurementsOf(cut.measurements, clock),
    debug_meta: { ...around.debug_meta, images: findImages([...cut.resources]) },
    profile: {
      ...around.profile,
      samples: new RecordedSamples(cut, clock),
      stacks: new RecordedStacks(cut),
      frames: new RecordedFrames(cut),
    },
  };
  // To spread it would read the getters of the stand-in, which make all the objects.
  const members = Object.keys(payload).map((name) => [
    name,
    name in recorded ? recorded[name] : (payload as unknown as Record<string, unknown>)[name],
  ]);
  return { profile: Object.fromEntries(members) as CompactProfile, savedBytes: savedBytes(cut) };
}

/** Makes all objects of a cut. */
export function makeProfile(cut: Cut, clock: Clock, findImages: FindImages): MadeProfile {
  const samples = new RecordedSamples(cut, clock);
  const stacks = new RecordedStacks(cut);
  const frames = new RecordedFrames(cut);
  return {
    samples: Array.from({ length: samples.length }, (_, i) => samples.at(i)),
    stacks: Array.from({ length: stacks.length }, (_, i) => stacks.at(i)),
    frames: Array.from({ length: frames.length }, (_, i) => frames.at(i)),
    measurements: measurementsOf(cut.measurements, clock),
    images: findImages([...cut.resources]),
  };
}

/**
 * Relay wants nanoseconds in a transaction's profile and seconds in a chunk, where the native profiler adds milliseconds to
 * seconds.
 */
function measurementsOf(measurements: Measurements, clock: Clock): object {
  const timeOf = (timeMs: number): object =>
    clock.format === 'transaction'
      ? { elapsed_since_start_ns: elapsedNs(timeMs, clock.startMs) }
      : { timestamp: epochSeconds(timeMs, clock.epochMs) };
  return Object.fromEntries(
    Object.entries(measurements)
      .filter(([, { values }]) => values.length > 0)
      .map(([name, { unit, timesMs, values }]) => [
        name,
        { unit, values: values.map((value, i) => ({ value, ...timeOf(timesMs[i]!) })) },
      ]),
  );
}

/**
 * How many more bytes of JSON the native profiler would have made of it, within 2%: it lists a frame for each call, and stacks
 * point to these.
 */
function savedBytes({ frames, calls, callBytes, leaves }: Cut): number {
  const frameBytes = frames.reduce((bytes, { id, dictionary }) => bytes + dictionary.textBytesOf(id) + 1, 0);
  let entries = 0;
  for (const leaf of leaves) for (let call = leaf; call !== NO_STACK; call = calls.at(call, 0)) entries++;
  const savedPerEntry = averageIndexBytes(calls.size) - averageIndexBytes(frames.length);
  return Math.round(callBytes - frameBytes + entries * savedPerEntry);
}

function averageIndexBytes(count: number): number {
  let bytes = 0;
  for (let from = 0, to = 10; from < count; from = to, to *= 10) {
    bytes += (Math.min(to, count) - from) * jsonIntegerBytes(from);
  }
  return count === 0 ? 0 : bytes / count;
}
