import { functionsIn, labelsOf } from './functions.ts';
import type { ReadProfile } from './read-profile.ts';
import type { Timeline } from './timelines.ts';

/** As many as are hottest by their own time, and as many by their total time. */
const HOTTEST = 20;

/** The share of all sampled time, idle time included, that a function took. */
export interface HotFunction {
  readonly function: string;
  /** While it was the one that ran: 0 to 1. */
  readonly selfShare: number;
  /** While it ran, or waited for a function that it had called: 0 to 1. */
  readonly totalShare: number;
}

export interface TimeShares {
  /** By their own time, then by their total time, from the most. */
  readonly hottest: readonly HotFunction[];
  /** The share of time in which nothing ran: 0 to 1. */
  readonly idleShare: number;
}

/** A sample stands for the time to the next one of its thread, as for Sentry; the last one of each has none. */
export function timeShares({ payload: { stacks }, timelines, functions: table }: ReadProfile): TimeShares {
  const { functions } = table;
  const selfUs = new Float64Array(functions.length);
  const totalUs = new Float64Array(functions.length);
  let allUs = 0;
  let idleUs = 0;
  for (const [stackId, us] of stackTimes(stacks.length, timelines).entries()) {
    if (us === 0) continue;
    allUs += us;
    const running = functionsIn(stacks[stackId] as readonly unknown[], table);
    const [leaf] = running;
    if (leaf === undefined) idleUs += us;
    else add(selfUs, leaf, us);
    // A function that has called itself did not take the time twice.
    for (const id of new Set(running)) add(totalUs, id, us);
  }
  if (allUs === 0) return { hottest: [], idleShare: 0 };
  const labels = labelsOf(functions);
  const hottest = chooseHottest(selfUs, totalUs).map((id) => ({
    function: labels[id] as string,
    selfShare: at(selfUs, id) / allUs,
    totalShare: at(totalUs, id) / allUs,
  }));
  return { hottest, idleShare: idleUs / allUs };
}

function stackTimes(stackCount: number, timelines: readonly Timeline[]): Float64Array {
  const times = new Float64Array(stackCount);
  for (const { timesUs, stackIds } of timelines) {
    for (let i = 1; i < timesUs.length; i++) {
      add(times, at(stackIds, i - 1), at(timesUs, i) - at(timesUs, i - 1));
    }
  }
  return times;
}

function chooseHottest(selfUs: Float64Array, totalUs: Float64Array): number[] {
  const bySelf = (a: number, b: number): number => at(selfUs, b) - at(selfUs, a);
  const byTotal = (a: number, b: number): number => at(totalUs, b) - at(totalUs, a);
  const ran = Array.from(totalUs.keys()).filter((id) => totalUs[id] !== 0);
  const bySelfFirst = ran.sort((a, b) => bySelf(a, b) || byTotal(a, b));
  const chosen = new Set(bySelfFirst.slice(0, HOTTEST));
  for (const id of [...ran].sort((a, b) => byTotal(a, b) || bySelf(a, b)).slice(0, HOTTEST)) chosen.add(id);
  return bySelfFirst.filter((id) => chosen.has(id));
}

function at(numbers: Float64Array | Int32Array, index: number): number {
  return numbers[index] ?? 0;
}

function add(sums: Float64Array, index: number, amount: number): void {
  sums[index] = at(sums, index) + amount;
}
