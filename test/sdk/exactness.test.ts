import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Profile } from '../../src/profile/types.ts';
import { payloadsOf } from '../support/proxied.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario } from '../support/scenario.ts';
import {
  arrivedTicks,
  isStart,
  nativeTicks,
  onClockOf,
  shareFound,
  type Tick,
  TOLERANCE_MS,
  ticksWithin,
} from '../support/ticks.ts';

const MIN_SHARE = 0.97;

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

const timesOf = (ticks: readonly Tick[]): number[] => ticks.map(({ timeMs }) => timeMs);

type SpanProfile = Profile & { transaction: { name: string } };

test('SDK 10: the profile of each of five transactions that overlap is what V8 has recorded in its time', async () => {
  const bounded = { sampling: false };
  const request = { name: 'beside', variant: 'overlapping', dsn: relay.dsn, bounded } as const;
  const { native, startMs, starts, stats, isFlushed } = await runScenario('10', 'mjs', request);
  expect({ isFlushed, invalid: relay.invalid }).toEqual({ isFlushed: true, invalid: [] });
  expect(stats).toMatchObject({ captured: 5, delivered: 5, memory: { heldBytes: 0 } });
  const all = nativeTicks(native, startMs, isStart);
  const profiles = payloadsOf<SpanProfile>(relay, 'profile');
  expect(profiles.map(({ transaction }) => transaction.name).sort()).toEqual(Object.keys(starts).sort());
  for (const profile of profiles) {
    const fromMs = starts[profile.transaction.name] as number;
    const arrived = onClockOf(all, arrivedTicks(profile, fromMs));
    expect(timesOf(arrived)).toEqual(timesOf(arrived).toSorted((a, b) => a - b));
    const [firstMs = 0, lastMs = 0] = [arrived[0]?.timeMs, arrived.at(-1)?.timeMs];
    expect(lastMs - firstMs).toBeGreaterThan(200);
    const expected = ticksWithin(all, firstMs, lastMs);
    expect(expected.length).toBeGreaterThan(20);
    expect(shareFound(expected, arrived)).toBeGreaterThanOrEqual(MIN_SHARE);
    expect(shareFound(arrived, all)).toBeGreaterThanOrEqual(MIN_SHARE);
  }
});

test('SDK 11: chunks that follow each other are, together, what V8 has recorded', async () => {
  const bounded = { sampling: false, maxChunkMs: 1000 };
  const request = {
    name: 'beside',
    variant: 'overlapping',
    dsn: relay.dsn,
    lifecycle: 'trace',
    bounded,
  } as const;
  const { native, startMs, epochMs, stats, isFlushed } = await runScenario('11', 'mjs', request);
  expect({ isFlushed, invalid: relay.invalid }).toEqual({ isFlushed: true, invalid: [] });
  const chunks = payloadsOf<Profile>(relay, 'profile_chunk').sort((a, b) => startOf(a) - startOf(b));
  expect(chunks.length).toBeGreaterThanOrEqual(4);
  expect(stats).toMatchObject({ captured: chunks.length, delivered: chunks.length });
  const all = nativeTicks(native, startMs, isStart);
  const ticks = chunks.flatMap((chunk, i) => arrivedTicks(chunk, epochMs, i > 0));
  const arrived = onClockOf(all, ticks);
  expect(timesOf(arrived)).toEqual(timesOf(arrived).toSorted((a, b) => a - b));
  const [fromMs, untilMs] = [arrived[0]?.timeMs ?? 0, arrived.at(-1)?.timeMs ?? 0];
  expect(untilMs - fromMs).toBeGreaterThan(3800);
  expect(shareFound(ticksWithin(all, fromMs, untilMs), arrived)).toBeGreaterThanOrEqual(MIN_SHARE);
  expect(shareFound(arrived, all)).toBeGreaterThanOrEqual(MIN_SHARE);
});

test('SDK 11: spans with pauses between them are one chunk, with what V8 has recorded while one was open', async () => {
  const bounded = { sampling: false };
  const request = {
    name: 'beside',
    variant: 'in turn',
    dsn: relay.dsn,
    lifecycle: 'trace',
    bounded,
  } as const;
  const { native, startMs, epochMs, starts, ends, isFlushed } = await runScenario('11', 'mjs', request);
  expect({ isFlushed, invalid: relay.invalid }).toEqual({ isFlushed: true, invalid: [] });
  const chunks = payloadsOf<Profile>(relay, 'profile_chunk');
  expect(chunks).toHaveLength(1);
  const all = nativeTicks(native, startMs, isStart);
  const arrived = onClockOf(all, arrivedTicks(chunks[0] as Profile, epochMs));
  expect(timesOf(arrived)).toEqual(timesOf(arrived).toSorted((a, b) => a - b));
  const names = Object.keys(starts);
  const isCovered = ({ timeMs }: Tick): boolean =>
    names.some((name) => timeMs > starts[name] - TOLERANCE_MS && timeMs < ends[name] + TOLERANCE_MS);
  expect(arrived.filter((tick) => !isCovered(tick))).toEqual([]);
  const expected = names.flatMap((name) => ticksWithin(all, starts[name], ends[name]));
  expect(expected.length).toBeGreaterThan(100);
  expect(shareFound(expected, arrived)).toBeGreaterThanOrEqual(MIN_SHARE);
  expect(shareFound(arrived, all)).toBeGreaterThanOrEqual(MIN_SHARE);
  // One without frames for each pause.
  const { samples, stacks } = (chunks[0] as Profile).profile;
  expect(samples.filter(({ stack_id }) => stacks[stack_id]?.length === 0)).toHaveLength(names.length - 1);
});

function startOf({ profile }: Profile): number {
  return profile.samples[0]?.timestamp ?? 0;
}
