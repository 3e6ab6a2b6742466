import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type ReceivedItem, type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario, type ScenarioResult } from '../support/scenario.ts';

const OUTAGE_MS = 30_000;
const DURATION_MS = OUTAGE_MS + 8000;

/** A profile of either format: times since the start of a transaction, or since 1970. */
interface Payload {
  readonly timestamp?: string;
  readonly profile: {
    readonly samples: readonly { readonly timestamp?: number; readonly elapsed_since_start_ns?: string }[];
  };
}

interface Run {
  readonly result: ScenarioResult;
  /** The relay after the outage, and how many of each item the one before it had. */
  readonly relay: Relay;
  readonly before: Record<string, number>;
  readonly items: readonly ReceivedItem[];
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
  return { result: await running, relay, before: { ...first.counts }, items: first.items };
}

const profiles = ({ relay, before }: Run): number =>
  [relay.counts, before].reduce(
    (sum, { profile = 0, profile_chunk = 0 }) => sum + profile + profile_chunk,
    0,
  );
/** Seconds of the wall clock in which the profiles that arrived have a sample. */
function secondsShown({ relay, items }: Run): number {
  const payloads = [...items, ...relay.items].flatMap(({ type, json }) =>
    type.startsWith('profile') ? [json as unknown as Payload] : [],
  );
  const seconds = payloads.flatMap(({ timestamp: startedAt, profile }) =>
    profile.samples.map(({ timestamp, elapsed_since_start_ns = 0 }) =>
      Math.floor(timestamp ?? Date.parse(startedAt ?? '') / 1e3 + Number(elapsed_since_start_ns) / 1e9),
    ),
  );
  return new Set(seconds).size;
}

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
        skipped: { rate: 0, budget: 0, active: 0, short: 0 },
        abandoned: 0,
      },
    );
    expect(stats).toMatchObject({ pending: 0, memory: { heldBytes: 0 } });
    expect(profiles(ours)).toBe(stats.delivered);
    // All of the half minute, but for the profiles that begin or end in it.
    expect(secondsShown(ours) - secondsShown(stock)).toBeGreaterThan(0.9 * (OUTAGE_MS / 1000));
    // With a profile for each transaction, a transaction is kept together with its profile.
    if (line === '10')
      expect({ all: transactions(ours), profiles: profiles(ours) }).toEqual({ all: count, profiles: count });
  },
);
