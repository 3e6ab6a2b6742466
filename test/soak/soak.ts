import { setTimeout as sleep } from 'node:timers/promises';
import { type Line, Site } from '../faults/site.ts';
import { Checks } from './checks.ts';
import {
  type Course,
  drawCourse,
  isForgiving,
  MAX_PROFILE_MS,
  QUIET,
  type Random,
  type Report,
  type Round,
  runRound,
  WARM_UP,
} from './round.ts';

const HEAP_TOLERANCE_BYTES = 2 * 1024 * 1024;
const CLOSE_MS = 5000;

const MAX_LOOKS = 5;
const LOOK_MS = 3000;

/** The most transactions that may come too late, as a share of those beside faults that take nothing for good. */
const MAX_LATE_SHARE = 0.2;

/** Runs a service of an SDK line under load through faults for a while, and checks its memory, resources and counts in the end. */
export async function soak(
  line: Line,
  { durationMs, latencyMs }: { readonly durationMs: number; readonly latencyMs: number },
  random: Random,
): Promise<Checks> {
  const checks = new Checks(`SDK ${line}:`);
  const site = await Site.open(line, {
    bounded: { uploadTimeoutMs: 2000 },
    isTls: true,
    isNamed: true,
    latencyMs,
    options: { _experiments: { maxProfileDurationMs: MAX_PROFILE_MS } },
  });
  try {
    await runRounds(site, durationMs, random, checks);
  } catch (error) {
    checks.check('runs to its end', false, String(error));
  } finally {
    await site.close();
  }
  return checks;
}

async function runRounds(site: Site, durationMs: number, random: Random, checks: Checks): Promise<void> {
  const startMs = performance.now();
  const losses: string[] = [];
  const forgiven = { made: 0, alone: 0 };
  const unsettled: string[] = [];
  const droppedIds = new Set<string>();
  const runNext = async (name: string, course: Course): Promise<Report> => {
    const round = await runRound(site, name, course, random);
    const lost = lostOf(round, site);
    const wentAlone = aloneOf(round);
    // Without a profile in its envelope, always so with SDK 11, a transaction goes the SDK's way, which repeats nothing.
    const isOurs = (transaction: string): boolean =>
      round.profiled[transaction] !== undefined && !wentAlone.includes(transaction);
    if (course === QUIET) losses.push(...lost);
    else if (course.faults.every(isForgiving)) {
      losses.push(...lost.filter(isOurs));
      forgiven.made += round.made.length;
      forgiven.alone += wentAlone.length;
    }
    if (!isSettled(round)) unsettled.push(name);
    for (const { id } of round.report.drops) droppedIds.add(id);
    tell(site, name, performance.now() - startMs, round, lost.length);
    return round.report;
  };
  await runNext('warm-up', WARM_UP);
  const start = await runNext('start', QUIET);
  const endMs = performance.now() + durationMs;
  for (let round = 1; performance.now() < endMs; round++) {
    await runNext(`round ${round}`, drawCourse(round, random));
  }
  const end = await atRest(site, await runNext('end', QUIET), start);
  checks.equal('after every round all is flushed, counted and let go', unsettled, []);
  checks.equal('no transaction is lost to a relay that refuses none', losses, []);
  checks.check('few profiles come too late for their transactions', isFew(forgiven), forgiven);
  checkReport(start, end, checks);
  await checkEnd(site, end, droppedIds, checks);
}

/** Measures again for a while, because unused connections and timers take some seconds to go. */
async function atRest({ service }: Site, end: Report, start: Report): Promise<Report> {
  let report = end;
  for (let look = 0; look < MAX_LOOKS && extraBytesOf(report, start) >= HEAP_TOLERANCE_BYTES; look++) {
    await sleep(LOOK_MS);
    report = await service.ask({ do: 'measure' });
  }
  return report;
}

const extraBytesOf = (end: Report, start: Report): number => end.usedBytes - start.usedBytes;

function checkReport(start: Report, end: Report, checks: Checks): void {
  const extraBytes = extraBytesOf(end, start);
  checks.check('live heap and buffers are back to within 2 MiB', extraBytes < HEAP_TOLERANCE_BYTES, {
    extraBytes,
  });
  checks.check('no timer is left', end.timers <= start.timers, { before: start.timers, after: end.timers });
  checks.equal('nothing new keeps the process alive', end.resources, start.resources);
}

/** The client is closed, and the process ends. */
async function checkEnd(
  site: Site,
  { stats }: Report,
  droppedIds: ReadonlySet<string>,
  checks: Checks,
): Promise<void> {
  await site.service.ask({ do: 'close', timeoutMs: CLOSE_MS });
  await site.relay.waitFor(({ openSockets }) => openSockets === 0).catch(() => undefined);
  checks.equal('no socket is left', site.relay.openSockets, 0);
  site.service.tell({ do: 'end' });
  const { exitCode, output } = await site.service.result;
  checks.equal('it exits by itself, and prints nothing', [exitCode, output], [0, '']);
  const { transactionNames, transactionIds, profileIds } = site.arrivals;
  const names = new Set(transactionNames).size;
  checks.equal('every transaction has one id', new Set(transactionIds).size, names);
  const arrived = new Set(profileIds);
  // It had arrived and got no answer, and the next attempt was refused.
  const unknown = [...arrived].filter((id) => droppedIds.has(id)).length;
  checks.equal('the relay has what was delivered', arrived.size - unknown, stats.delivered);
  checks.equal('every drop was told of', droppedIds.size, stats.dropped.total);
  checks.equal('the relay takes nothing for wrong', site.complaints, []);
  console.log(
    `SDK ${site.line}: ${names} transactions (${transactionIds.length - names} of them once more), ` +
      `${stats.delivered} profiles delivered (${profileIds.length - arrived.size} once more), ` +
      `${unknown} arrived unknown, dropped ${JSON.stringify(stats.dropped)}`,
  );
}

function isSettled({ isFlushed, report }: Round): boolean {
  const { captured, delivered, dropped, pending, running, memory } = report.stats;
  const isLetGo = memory.heldBytes === 0 && report.liveProfiles === 0;
  return isFlushed && isLetGo && pending + running === 0 && captured === delivered + dropped.total;
}

function lostOf({ made }: Round, { arrivals }: Site): string[] {
  const arrived = new Set(arrivals.transactionNames);
  return made.filter((name) => !arrived.has(name));
}

/** Transactions that could wait no longer for their profiles. */
function aloneOf({ profiled, report: { drops } }: Round): string[] {
  const late = new Set(drops.filter(({ reason }) => reason === 'budget').map(({ id }) => id));
  return Object.keys(profiled).filter((name) => late.has(String(profiled[name])));
}

function isFew({ made, alone }: { readonly made: number; readonly alone: number }): boolean {
  return alone <= made * MAX_LATE_SHARE;
}

function tell(
  { line }: Site,
  name: string,
  elapsedMs: number,
  { report, made, faults }: Round,
  lost: number,
): void {
  const { captured, delivered, dropped, pending } = report.stats;
  console.log(
    `SDK ${line}, ${(elapsedMs / 1000).toFixed(0)} s, ${name}: ${made.length} transactions, ${lost} lost; ` +
      `profiles: ${captured} captured, ${delivered} delivered, ${dropped.total} dropped, ${pending} pending; ` +
      `heap and buffers ${(report.usedBytes / 2 ** 20).toFixed(1)} MiB, ${report.timers} timers` +
      `${faults.length > 0 ? `; ${faults.map((fault) => fault.name).join(', ')}` : ''}`,
  );
}
