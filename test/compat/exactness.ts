import type { Profile } from '../../src/profile/types.ts';
import { payloadsOf } from '../support/proxied.ts';
import type { Relay } from '../support/relay/index.ts';
import {
  arrivedTicks,
  isStart,
  nativeTicks,
  onClockOf,
  shareFound,
  type Tick,
  ticksWithin,
} from '../support/ticks.ts';
import type { Report, RequestTimes } from './run-service.ts';

/** Of a hundred ticks or so a few are lost where one V8 profile follows another on a busy machine. */
const MAX_LOST_SHARE = 0.03;
const MAX_LOST_TICKS = 2;

/** The SDK has work to do between the start of a span and that of its request in the application. */
const MAX_SHIFT_MS = 1000;

/** In a request of at least 0.3 s V8 takes thirty, and fewer where the machine does much else. */
const MIN_TICKS = 10;

type SpanProfile = Profile & { transaction: { name: string } };

/** Compares the profile of each transaction with V8's record of its time. */
export function profileProblems(relay: Relay, report: Report): string[] {
  const all = recordedTicks(report);
  return payloadsOf<SpanProfile>(relay, 'profile').flatMap((profile) => {
    const { name } = profile.transaction;
    const times = report.times[pathIn(name)];
    if (times === undefined) return `a profile of ${name}, which is no request`;
    const arrived = onClockOf(all, arrivedTicks(profile, times.startMs), MAX_SHIFT_MS);
    const [firstMs = 0, lastMs = 0] = [arrived[0]?.timeMs, arrived.at(-1)?.timeMs];
    return differences(`the profile of ${name}`, arrived, ticksWithin(all, firstMs, lastMs), all);
  });
}

/** Compares all chunks together with V8's record of the time in which requests were open. */
export function chunkProblems(relay: Relay, report: Report): string[] {
  const all = recordedTicks(report);
  const chunks = payloadsOf<Profile>(relay, 'profile_chunk').sort((a, b) => startOf(a) - startOf(b));
  const ticks = chunks.flatMap((chunk, i) => arrivedTicks(chunk, report.epochMs, i > 0));
  const arrived = onClockOf(all, ticks, MAX_SHIFT_MS);
  const expected = mergedTimes(report).flatMap(({ startMs, endMs }) => ticksWithin(all, startMs, endMs));
  return differences('the chunks', arrived, expected, all);
}

/** The path in the name of a transaction, as `GET /quote`. */
export function pathIn(transaction: string): string {
  return transaction.split(' ').at(-1) ?? '';
}

function recordedTicks({ native, startMs }: Report): Tick[] {
  if (native === undefined || startMs === undefined) throw new Error('V8 has recorded nothing beside');
  return nativeTicks(native, startMs, isStart);
}

function differences(
  what: string,
  arrived: readonly Tick[],
  expected: readonly Tick[],
  all: readonly Tick[],
): string[] {
  const problems: string[] = [];
  if (expected.length < MIN_TICKS) problems.push(`${what}: only ${expected.length} ticks to compare`);
  const lost = countLost(expected, arrived);
  if (isTooMany(lost, expected))
    problems.push(`${what}: ${lost} of ${expected.length} ticks of V8 are missing`);
  const strange = countLost(arrived, all);
  if (isTooMany(strange, arrived))
    problems.push(`${what}: ${strange} of its ${arrived.length} ticks are none of V8`);
  return problems;
}

function countLost(wanted: readonly Tick[], others: readonly Tick[]): number {
  return Math.round((1 - shareFound(wanted, others)) * wanted.length);
}

function isTooMany(lost: number, ticks: readonly Tick[]): boolean {
  return lost > MAX_LOST_TICKS + MAX_LOST_SHARE * ticks.length;
}

/** Requests that are open at once are one stretch. */
function mergedTimes({ times }: Report): RequestTimes[] {
  const merged: RequestTimes[] = [];
  for (const { startMs, endMs } of Object.values(times).sort((a, b) => a.startMs - b.startMs)) {
    const last = merged.at(-1);
    if (last === undefined || startMs > last.endMs) merged.push({ startMs, endMs });
    else merged.splice(-1, 1, { startMs: last.startMs, endMs: Math.max(last.endMs, endMs) });
  }
  return merged;
}

function startOf({ profile }: Profile): number {
  return profile.samples[0]?.timestamp ?? 0;
}
