import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario, type ScenarioResult } from '../support/scenario.ts';

const OUTAGE_MS = 30_000;
const DURATION_MS = OUTAGE_MS + 8000;

interface Run {
  readonly result: ScenarioResult;
  /** The relay after the outage, and how many of each item the one before it had. */
  readonly relay: Relay;
  readonly before: Record<string, number>;
}

/** A service with a profiled transaction twice a second, whose relay is down for half a minute. */
async function runThroughOutage(line: '10' | '11', bounded: object | false): Promise<Run> {
  const first = await startRelay();
  const { port, dsn } = first;
  const running = runScenario(line, 'mjs', {
    name: 'steady',
    dsn,
    bounded,
    durationMs: DURATION_MS,
    ...(line === '11' ? { lifecycle: 'trace' } : {}),
  });
  await first.waitFor(({ counts }) => (counts.transaction ?? 0) >= 4);
  await first.close();
  await sleep(OUTAGE_MS);
  const relay = await startRelay({ port });
  return { result: await running, relay, before: { ...first.counts } };
}

const profiles = ({ relay, before }: Run): number =>
  [relay.counts, before].reduce(
    (sum, { profile = 0, profile_chunk = 0 }) => sum + profile + profile_chunk,
    0,
  );
const transactions = ({ relay, before }: Run): number =>
  (relay.counts.transaction ?? 0) + (before.transaction ?? 0);

test.concurrent.each(['10', '11'] as const)(
  'SDK %s: a relay that is down for 30 s costs no profile, where stock loses all that were taken meanwhile',
  async (line) => {
    const [ours, stock] = await Promise.all([runThroughOutage(line, {}), runThroughOutage(line, false)]);
    await Promise.all([ours.relay.close(), stock.relay.close()]);
    const { isFlushed, stats, count } = ours.result;
    expect({ isFlushed, dropped: stats.dropped, skipped: stats.skipped, abandoned: stats.abandoned }).toEqual(
      {
        isFlushed: true,
        dropped: { total: 0 },
        skipped: { rate: 0, budget: 0, active: 0 },
        abandoned: 0,
      },
    );
    expect(stats).toMatchObject({ pending: 0, memory: { heldBytes: 0 } });
    expect(profiles(ours)).toBe(stats.delivered);
    // One a second at the very least, the half minute through.
    expect(profiles(ours) - profiles(stock)).toBeGreaterThan(OUTAGE_MS / 1000);
    // With a profile for each transaction, what has its profile kept is kept too.
    if (line === '10')
      expect({ all: transactions(ours), profiles: profiles(ours) }).toEqual({ all: count, profiles: count });
  },
);
