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
  /** While it ran or waited for what it had called: 0 to 1. */
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
    else selfUs[leaf] = (selfUs[leaf] as number) + us;
    // A function that has called itself did not take the time twice.
    for (const id of new Set(running)) totalUs[id] = (totalUs[id] as number) + us;
  }
  if (allUs === 0) return { hottest: [], idleShare: 0 };
  const labels = labelsOf(functions);
  const hottest = chooseHottest(selfUs, totalUs).map((id) => ({
    function: labels[id] as string,
    selfShare: (selfUs[id] as number) / allUs,
    totalShare: (totalUs[id] as number) / allUs,
  }));
  return { hottest, idleShare: idleUs / allUs };
}

function stackTimes(stackCount: number, timelines: readonly Timeline[]): Float64Array {
  const times = new Float64Array(stackCount);
  for (const { timesUs, stackIds } of timelines) {
    for (let i = 1; i < timesUs.length; i++) {
      const stackId = stackIds[i - 1] as number;
      times[stackId] = (times[stackId] as number) + ((timesUs[i] as number) - (timesUs[i - 1] as number));
    }
  }
  return times;
}

function chooseHottest(selfUs: Float64Array, totalUs: Float64Array): number[] {
  const bySelf = (a: number, b: number): number => (selfUs[b] as number) - (selfUs[a] as number);
  const byTotal = (a: number, b: number): number => (totalUs[b] as number) - (totalUs[a] as number);
  const ran = Array.from(totalUs.keys()).filter((id) => totalUs[id] !== 0);
  const bySelfFirst = ran.sort((a, b) => bySelf(a, b) || byTotal(a, b));
  const chosen = new Set(bySelfFirst.slice(0, HOTTEST));
  for (const id of [...ran].sort((a, b) => byTotal(a, b) || bySelf(a, b)).slice(0, HOTTEST)) chosen.add(id);
  return bySelfFirst.filter((id) => chosen.has(id));
}
