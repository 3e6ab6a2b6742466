import { setTimeout as sleep } from 'node:timers/promises';
import type { Drop, ProfilingStats } from '../../src/index.ts';
import { FAULTS, type Fault } from '../faults/faults.ts';
import type { Site } from '../faults/site.ts';

const FAULTS_PER_ROUND = 5;
const FAULT_MS = { least: 1000, most: 5000 };

/** Longer than the longest pause between two attempts. */
const FLUSH_MS = 60_000;

/** SDK 10 holds the span of a profile this long, ended or not: 30 s if nobody says otherwise. */
export const MAX_PROFILE_MS = 2000;
const HELD_SPAN_MS = MAX_PROFILE_MS + 500;

/** Transactions at once. With SDK 11 each is to make a chunk of its own, which ends when no transaction is open. */
const AT_ONCE = { 10: 3, 11: 1 };

/** A number below the limit. */
export type Random = (limit: number) => number;

/** The report of a service that has been flushed. */
export interface Report {
  readonly usedBytes: number;
  readonly liveProfiles: number;
  readonly timers: number;
  /** The profiles that were dropped in this round. */
  readonly drops: readonly Pick<Drop, 'id' | 'reason'>[];
  readonly resources: readonly string[];
  readonly stats: ProfilingStats;
}

/** The outcome of a round. */
export interface Round {
  readonly faults: readonly Fault[];
  readonly made: readonly string[];
  /** The ids of the profiles that shared an envelope with a transaction, by its name. */
  readonly profiled: Readonly<Record<string, string>>;
  readonly isFlushed: boolean;
  readonly report: Report;
}

/** How a round goes. */
export interface Course {
  readonly faults: readonly Fault[];
  readonly faultMs: { readonly least: number; readonly most: number };
  /** Time without a fault, in the end. */
  readonly quietMs: number;
}

// In a process that has been rate-limited once, limits that have run out would be in force again.
const SOAK_FAULTS = FAULTS.filter(({ revivesLimits }) => !revivesLimits);

/** All faults once, briefly: V8 takes memory for the code behind each of them, which must not be counted later. */
export const WARM_UP: Course = {
  faults: SOAK_FAULTS,
  faultMs: { least: 500, most: 1000 },
  quietMs: 5000,
};

/** A while with a relay that is well. */
export const QUIET: Course = { faults: [], faultMs: { least: 0, most: 0 }, quietMs: 10_000 };

/** Faults after one another, of those that take nothing from the relay for good or, every other time, of all. */
export function drawCourse(round: number, random: Random): Course {
  const faults = round % 2 === 1 ? SOAK_FAULTS : SOAK_FAULTS.filter(isForgiving);
  const drawn = Array.from({ length: FAULTS_PER_ROUND }, () => faults[random(faults.length)] as Fault);
  return { faults: drawn, faultMs: FAULT_MS, quietMs: 0 };
}

/** Whether nothing that travels with a profile is lost to it. */
export function isForgiving({ expected }: Fault): boolean {
  return expected.dropReason === undefined;
}

/** Load through a row of faults, and a report when it has ended and the relay is well again. */
export async function runRound(
  site: Site,
  name: string,
  { faults, faultMs, quietMs }: Course,
  random: Random,
): Promise<Round> {
  const { service } = site;
  await service.ask({ do: 'load', name, atOnce: AT_ONCE[site.line] });
  for (const fault of faults) {
    await fault.begin(site);
    await sleep(faultMs.least + random(faultMs.most - faultMs.least));
    await fault.lift(site);
  }
  // The SDK itself waits in vain for the answers of a relay that never answered.
  if (faults.length > 0) await site.restartRelay();
  await sleep(quietMs);
  const { names, profiled } = await service.ask({ do: 'finish' });
  const { isFlushed } = await service.ask({ do: 'flush', timeoutMs: FLUSH_MS });
  await sleep(HELD_SPAN_MS);
  const report = await service.ask({ do: 'measure' });
  return { faults, made: names, profiled, isFlushed, report };
}
