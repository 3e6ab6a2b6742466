import type { Pace } from '../pace.ts';
import { chooseEvenly, type Ticks } from './choose.ts';
import type { CompactProfile } from './compact.ts';
import type { SampleColumns } from './sample-columns.ts';
import { byThread, IDLE, leavesOf, selfTimeDistance } from './self-time.ts';

/** What is looked at to thin one profile, however often. */
export interface ThinningPlan {
  readonly columns: SampleColumns;
  readonly leaves: Int32Array;
  readonly threads: readonly Uint32Array[];
  /**
   * For each sample whether it has to stay: the first and the last of a thread, and the first and the last of it that are
   * not idle. Relay strips idle samples from both ends, then threads with a single sample.
   */
  readonly isEnd: Uint8Array;
  /** The fewest samples that a profile can be thinned to. */
  readonly minSamples: number;
}

export function planThinning(profile: CompactProfile, columns: SampleColumns): ThinningPlan {
  const leaves = leavesOf(profile);
  const threads = byThread(columns);
  const isEnd = new Uint8Array(columns.length);
  const isBusy = (sample: number): boolean => leaves[columns.stackIds[sample] as number] !== IDLE;
  for (const samples of threads) {
    for (const sample of [samples[0], samples.at(-1), samples.find(isBusy), samples.findLast(isBusy)]) {
      if (sample !== undefined) isEnd[sample] = 1;
    }
  }
  return { columns, leaves, threads, isEnd, minSamples: isEnd.reduce((count, flag) => count + flag, 0) };
}

/** A choice of samples, and what is lost by it. */
export interface Thinning {
  /** In the order of the profile. */
  readonly indices: Uint32Array;
  /** See {@link selfTimeDistance}. */
  readonly selfTimeDistance: number;
}

/** Chooses about this many samples, evenly over each thread, with their times as they are. */
export function* thinSteps(plan: ThinningPlan, count: number, pace: Pace): Generator<void, Thinning> {
  const { columns, leaves, threads, isEnd, minSamples } = plan;
  const isKept = Uint8Array.from(isEnd);
  const share = Math.max(0, count - minSamples) / Math.max(1, columns.length - minSamples);
  const owed = new Float64Array(leaves.reduce((most, leaf) => Math.max(most, leaf), IDLE) + 1 - IDLE);
  for (const samples of threads) {
    const stretches = Math.min(Math.round(share * samples.length), samples.length - 2);
    if (stretches < 1) continue;
    const chosen = yield* chooseEvenly(ticksOf(plan, samples), stretches, owed, pace);
    for (const i of chosen) isKept[samples[i] as number] = 1;
  }
  const indices = new Uint32Array(isKept.reduce((kept, flag) => kept + flag, 0));
  for (let sample = 0, next = 0; sample < isKept.length; sample++) {
    if (isKept[sample] === 1) indices[next++] = sample;
  }
  return { indices, selfTimeDistance: selfTimeDistance(columns, leaves, threads, isKept) };
}

function ticksOf({ columns: { stackIds, times }, leaves }: ThinningPlan, samples: Uint32Array): Ticks {
  return {
    times: Float64Array.from(samples, (sample) => times[sample] as number),
    functions: Int32Array.from(samples, (sample) => (leaves[stackIds[sample] as number] as number) - IDLE),
  };
}
