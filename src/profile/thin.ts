import type { Pace } from '../pace/pace.ts';
import { chooseEvenly } from './choose.ts';
import type { CompactProfile } from './compact.ts';
import type { SampleColumns } from './sample-columns.ts';
import { selfTimeDistance, sumSelfTimes } from './self-time.ts';
import { IDLE, readThreads, type Thread } from './threads.ts';

/** A profile, prepared to be thinned. It is made once, however often the profile is thinned. */
export interface ThinningPlan {
  readonly threads: readonly Thread[];
  /**
   * For each sample, whether it has to stay. The first and the last of a thread stay, and so do the first and the last that are
   * not idle: Relay strips idle samples from both ends, then threads with a single sample.
   */
  readonly isEnd: Uint8Array;
  /** The fewest samples that a profile can be thinned to. */
  readonly minSamples: number;
  /** The time that each function took itself. */
  readonly selfTimes: Float64Array;
}

export function* planThinning(
  profile: CompactProfile,
  columns: SampleColumns,
  pace: Pace,
): Generator<void, ThinningPlan> {
  const threads = yield* readThreads(profile, columns, pace);
  const isEnd = new Uint8Array(columns.length);
  for (const { samples, functions } of threads) {
    const isBusy = (id: number): boolean => id !== IDLE;
    for (const i of [0, samples.length - 1, functions.findIndex(isBusy), functions.findLastIndex(isBusy)]) {
      if (i >= 0) isEnd[samples[i]!] = 1;
    }
  }
  const isWhole = new Uint8Array(columns.length).fill(1);
  const selfTimes = yield* sumSelfTimes(threads, isWhole, profile.profile.frames.length + 1, pace);
  return { threads, isEnd, minSamples: countOf(isEnd), selfTimes };
}

/** A choice of samples, and how much it loses. */
export interface Thinning {
  /** In the order of the profile. */
  readonly indices: Uint32Array;
  /** See {@link selfTimeDistance}. */
  readonly selfTimeDistance: number;
}

/** Chooses about this many samples, evenly over each thread, with their times as they are. */
export function* thinTo(plan: ThinningPlan, count: number, pace: Pace): Generator<void, Thinning> {
  const { threads, isEnd, minSamples, selfTimes } = plan;
  const isKept = isEnd.slice();
  const share = Math.max(0, count - minSamples) / Math.max(1, isEnd.length - minSamples);
  const owed = new Float64Array(selfTimes.length);
  for (const thread of threads) {
    const { samples } = thread;
    const stretches = Math.min(Math.round(share * samples.length), samples.length - 2);
    if (stretches < 1) continue;
    const chosen = yield* chooseEvenly(thread, stretches, owed, pace);
    for (const i of chosen) isKept[samples[i]!] = 1;
  }
  const indices = new Uint32Array(countOf(isKept));
  for (let sample = 0, next = 0; sample < isKept.length; sample++) {
    if (isKept[sample] === 1) indices[next++] = sample;
  }
  const shown = yield* sumSelfTimes(threads, isKept, selfTimes.length, pace);
  return { indices, selfTimeDistance: selfTimeDistance(selfTimes, shown) };
}

function countOf(flags: Uint8Array): number {
  let count = 0;
  for (const flag of flags) count += flag;
  return count;
}
