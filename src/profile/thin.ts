import type { Pace } from '../pace.ts';
import type { CompactProfile } from './compact.ts';
import type { SampleColumns } from './sample-columns.ts';
import { byThread, IDLE, leavesOf, selfTimeDistance } from './self-time.ts';

/** A sample that stands for this many stretches is kept whatever comes, and the next one too: nothing else can show it. */
const HEAVY = 3;

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

/**
 * Chooses about this many samples, evenly over each thread, with their times as they are: each then stands for the time
 * until the next one, as before.
 *
 * Of the samples of each stretch, the one is taken that leaves the times for which functions are shown nearest to the
 * times they took. To take every so manieth would hit each function by chance: this way the error of none grows beyond a
 * stretch or so, however long the profile.
 */
export function* thinSteps(plan: ThinningPlan, count: number, pace: Pace): Generator<void, Thinning> {
  const { columns, leaves, threads, isEnd, minSamples } = plan;
  const isKept = Uint8Array.from(isEnd);
  const share = Math.max(0, count - minSamples) / Math.max(1, columns.length - minSamples);
  /** For each function the time it took itself, less the time for which it is shown. */
  const owed = new Float64Array(leaves.reduce((most, leaf) => Math.max(most, leaf), IDLE) + 2);
  for (const samples of threads) {
    yield* keepEvenly(plan, samples, Math.round(share * samples.length), owed, isKept, pace);
  }
  const indices = new Uint32Array(isKept.reduce((kept, flag) => kept + flag, 0));
  for (let sample = 0, next = 0; sample < isKept.length; sample++) {
    if (isKept[sample] === 1) indices[next++] = sample;
  }
  return { indices, selfTimeDistance: selfTimeDistance(columns, leaves, threads, isKept) };
}

function* keepEvenly(
  { columns, leaves }: ThinningPlan,
  samples: Uint32Array,
  stretches: number,
  owed: Float64Array,
  isKept: Uint8Array,
  pace: Pace,
): Generator<void, void> {
  const { stackIds, times } = columns;
  const last = samples.length - 1;
  const leafAt = (i: number): number => (leaves[stackIds[samples[i] as number] as number] as number) - IDLE;
  const timeAt = (i: number): number => times[samples[Math.min(i, last)] as number] as number;
  const owedTo = (leaf: number): number => owed[leaf] as number;
  const stretchTime = (timeAt(last) - timeAt(0)) / stretches;
  const isHeavy = (i: number): boolean => timeAt(i + 1) - timeAt(i) > HEAVY * stretchTime;

  let previous = 0;
  const keep = (i: number): void => {
    isKept[samples[i] as number] = 1;
    const leaf = leafAt(previous);
    owed[leaf] = owedTo(leaf) - (timeAt(i) - timeAt(previous));
    previous = i;
  };
  /** By how much the sum of the squares of all that is owed grows when this sample is taken, to show one stretch. */
  const costOf = (i: number): number => {
    const leaf = leafAt(previous);
    const shown = timeAt(i) - timeAt(previous);
    const next = leafAt(i) === leaf ? owedTo(leaf) - shown : owedTo(leafAt(i));
    return shown * (shown - 2 * owedTo(leaf)) + stretchTime * (stretchTime - 2 * next);
  };
  for (let stretch = 0, start = 0; stretch < stretches; stretch++) {
    const end = Math.round(((stretch + 1) * samples.length) / stretches);
    for (let i = start; i < end; i++) {
      owed[leafAt(i)] = owedTo(leafAt(i)) + Math.max(0, timeAt(i + 1) - timeAt(i));
    }
    let best = start;
    for (let i = start + 1; i < end; i++) if (costOf(i) < costOf(best)) best = i;
    for (let i = start; i < end; i++) {
      if (i === best || isHeavy(i) || (i > 0 && isHeavy(i - 1))) keep(i);
    }
    start = end;
    if (pace.isOver()) yield;
  }
}
