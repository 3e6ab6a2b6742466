import { ArrayView } from '../encode/array-view.ts';
import { type Pace, STEPS_PER_CHECK } from '../pace/pace.ts';
import type { CompactProfile } from './compact.ts';
import type { Sample } from './types.ts';

/** The samples of a profile by column. */
export interface SampleColumns {
  readonly length: number;
  readonly stackIds: Int32Array;
  /** In the unit of the format. A sample without a valid time has the time of the one before it. */
  readonly times: Float64Array;
  /** Threads, numbered as they appear. */
  readonly threads: Int32Array;
  readonly threadIds: readonly string[];
  readonly isSorted: boolean;
}

/** Samples that are columns already. */
export abstract class ColumnarSamples extends ArrayView<Sample> {
  abstract columns(): SampleColumns;
}

/** Reads the samples into columns, because whatever chooses among them goes through them many times. */
export function* readColumns(profile: CompactProfile, pace: Pace): Generator<void, SampleColumns> {
  const { samples } = profile.profile;
  if (samples instanceof ColumnarSamples) return samples.columns();
  const { length } = samples;
  const stackIds = new Int32Array(length);
  const times = new Float64Array(length);
  const threads = new Int32Array(length);
  const numbers = new Map<string, number>();
  let isSorted = true;
  let time = Number.NaN;
  for (let i = 0; i < length; i++) {
    const sample = samples.at(i);
    const threadId = String(sample.thread_id);
    const ownTime = timeOf(sample);
    if (ownTime < time) isSorted = false;
    if (!Number.isNaN(ownTime)) time = ownTime;
    times[i] = Number.isNaN(time) ? 0 : time;
    stackIds[i] = sample.stack_id;
    threads[i] = numbers.get(threadId) ?? numbers.size;
    numbers.set(threadId, threads[i]!);
    if (i % STEPS_PER_CHECK === 0 && pace.isOver()) yield;
  }
  return { length, stackIds, times, threads, threadIds: [...numbers.keys()], isSorted };
}

function timeOf({ elapsed_since_start_ns, timestamp }: Sample): number {
  const value: unknown = elapsed_since_start_ns ?? timestamp;
  const time = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isFinite(time) ? time : Number.NaN;
}
