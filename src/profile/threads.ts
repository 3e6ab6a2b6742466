import { type Pace, STEPS_PER_CHECK } from '../pace/pace.ts';
import type { CompactProfile } from './compact.ts';
import type { SampleColumns } from './sample-columns.ts';

/** The samples of one thread, in the order of the profile. */
export interface Thread {
  /** Where they stand in the profile. */
  readonly samples: Uint32Array;
  /** When each was taken. */
  readonly times: Float64Array;
  /**
   * The function that was running: {@link IDLE}, or one more than the index of the leaf's frame. Frames of a compact profile
   * differ by value.
   */
  readonly functions: Int32Array;
}

/** The number of the function in a tick without frames. */
export const IDLE = 0;

export function* readThreads(
  { profile }: CompactProfile,
  columns: SampleColumns,
  pace: Pace,
): Generator<void, Thread[]> {
  const { length, stackIds, times, threads: numbers, threadIds } = columns;
  const counts = new Uint32Array(threadIds.length);
  for (let i = 0; i < length; i++) {
    const number = numbers[i]!;
    counts[number] = counts[number]! + 1;
  }
  const threads = Array.from(counts, emptyThread);
  counts.fill(0);
  for (let i = 0; i < length; i++) {
    const number = numbers[i]!;
    const thread = threads[number]!;
    const next = counts[number]!;
    const leaf = profile.stacks.at(stackIds[i]!)?.[0];
    thread.samples[next] = i;
    thread.times[next] = times[i]!;
    thread.functions[next] = leaf === undefined ? IDLE : leaf + 1;
    counts[number] = next + 1;
    if (i % STEPS_PER_CHECK === 0 && pace.isOver()) yield;
  }
  return threads;
}

function emptyThread(length: number): Thread {
  return {
    samples: new Uint32Array(length),
    times: new Float64Array(length),
    functions: new Int32Array(length),
  };
}
