import { setTimeout as sleep } from 'node:timers/promises';
import type { ProfilingStats } from '../../src/index.ts';
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

/** What a service that has been flushed reports. */
export interface Report {
  readonly usedBytes: number;
  readonly liveProfiles: number;
  readonly timers: number;
  readonly resources: readonly string[];
  readonly stats: ProfilingStats;
}

/** What became of a round. */
export interface Round {
  readonly faults: readonly Fault[];
  readonly made: readonly string[];
  /** Those that shared their envelope with a profile. */
  readonly profiled: readonly string[];
  readonly isFlushed: boolean;
  readonly report: Report;
}

/** Faults after one another, of those that take nothing from the relay for good or, every other time, of all. */
export function drawFaults(round: number, random: Random): Fault[] {
  // In a process that has been rate-limited once, limits that have run out would be in force again.
  const faults = FAULTS.filter(({ revivesLimits }) => !revivesLimits);
  const drawn = round % 2 === 1 ? faults : faults.filter(({ expected }) => expected.dropReason === undefined);
  return Array.from({ length: FAULTS_PER_ROUND }, () => drawn[random(drawn.length)] as Fault);
}

/** How a round goes. */
export interface Course {
  readonly faults: readonly Fault[];
  /** Time without a fault. */
  readonly quietMs: number;
  readonly random: Random;
}

/** Load through a row of faults, and what there is when it has ended and the relay is well again. */
export async function runRound(
  site: Site,
  name: string,
  { faults, quietMs, random }: Course,
): Promise<Round> {
  const { service } = site;
  await service.ask({ do: 'load', name, atOnce: AT_ONCE[site.line] });
  for (const fault of faults) {
    await fault.begin(site);
    await sleep(FAULT_MS.least + random(FAULT_MS.most - FAULT_MS.least));
    await fault.lift(site);
  }
  // What the SDK itself has sent to a relay that never answered would be waited for in vain.
  if (faults.length > 0) await site.restartRelay();
  await sleep(quietMs);
  const { names, profiled } = await service.ask({ do: 'finish' });
  const { isFlushed } = await service.ask({ do: 'flush', timeoutMs: FLUSH_MS });
  await sleep(HELD_SPAN_MS);
  const report = await service.ask({ do: 'measure' });
  return { faults, made: names, profiled, isFlushed, report };
}
