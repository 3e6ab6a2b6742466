import { afterEach, beforeEach, expect, test } from 'vitest';
import { payloadsOf } from '../support/proxied.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario, type ScenarioResult } from '../support/scenario.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

async function run(variant: string, more: object = {}): Promise<ScenarioResult> {
  const request = {
    name: 'profiles',
    dsn: relay.dsn,
    variant,
    bounded: { sampling: false },
    ...more,
  } as const;
  const result = await runScenario('10', 'mjs', request);
  expect({ output: result.output, isFlushed: result.isFlushed }).toEqual({ output: '', isFlushed: true });
  expect(relay.invalid).toEqual([]);
  expect(result.stats).toMatchObject({ pending: 0, running: 0, memory: { heldBytes: 0 } });
  return result;
}

/** The name of each transaction that came, with the number of profiles that are its own: the relay wants them beside it. */
function received(): Record<string, number> {
  const profiles = payloadsOf<ScenarioResult>(relay, 'profile');
  const transactions = payloadsOf<ScenarioResult>(relay, 'transaction');
  return Object.fromEntries(
    transactions.map(({ transaction, event_id, contexts }) => {
      const isOwn = ({ transaction: { id, trace_id } }: ScenarioResult): boolean =>
        id === event_id && trace_id === contexts.trace.trace_id;
      return [transaction, profiles.filter(isOwn).length];
    }),
  );
}

const expectedCounts = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`request ${i}`, 1]));

test('root spans at once in one isolation scope: each transaction with its own profile', async () => {
  const { stats } = await run('one scope');
  expect(received()).toEqual(expectedCounts(10));
  expect(stats).toMatchObject({ captured: 10, delivered: 10, abandoned: 0 });
  const ids = payloadsOf<{ event_id: string }>(relay, 'profile').map(({ event_id }) => event_id);
  expect(new Set(ids).size).toBe(10);
});

test('a hundred transactions that end within 100 ms: each with its profile, though the SDK’s store holds fifty', async () => {
  const { stats } = await run('hundred');
  expect(stats).toMatchObject({ captured: 100, abandoned: 0, skipped: { budget: 0 } });
  const counts = received();
  expect(Object.keys(counts).sort()).toEqual(Object.keys(expectedCounts(100)).sort());
  // On a machine that is busy, transactions at the end of the line go alone after a second.
  const alone = Object.values(counts).filter((count) => count === 0).length;
  expect(stats.dropped).toEqual(alone === 0 ? { total: 0 } : { total: alone, budget: alone });
  expect(alone).toBeLessThan(50);
});

test('listeners see a real profile, and it arrives as they saw it, once', async () => {
  const { seen, stats } = await run('listeners');
  expect(received()).toEqual(expectedCounts(1));
  expect(stats).toMatchObject({ captured: 1, delivered: 1 });
  const [arrived] = payloadsOf<ScenarioResult>(relay, 'profile');
  expect(seen.length).toBeGreaterThanOrEqual(2);
  for (const text of seen) {
    const { profile, measurements } = JSON.parse(text);
    expect(profile).toEqual(arrived.profile);
    expect(measurements).toEqual(arrived.measurements);
    expect(profile.samples.length).toBeGreaterThan(2);
  }
});

test('a listener that takes out the last sample and copies the profile costs nothing', async () => {
  const { seen, stats } = await run('copying');
  expect(received()).toEqual(expectedCounts(5));
  expect(stats).toMatchObject({ captured: 5, delivered: 5, abandoned: 0 });
  for (const elapsedNs of seen) expect(elapsedNs).toBeGreaterThan(100e6);
});

test('a profile that a listener replaces by a copy has come, and is not counted as abandoned too', async () => {
  const { stats } = await run('replacing');
  expect(received()).toEqual(expectedCounts(3));
  expect(stats).toMatchObject({ captured: 3, delivered: 3, abandoned: 0 });
});

test('a profile belongs to its root span, though other spans are started while it starts', async () => {
  const { stats } = await run('inner spans');
  expect(received()).toEqual(expectedCounts(5));
  expect(stats).toMatchObject({ captured: 5, delivered: 5, abandoned: 0 });
});

test('a transport of the user’s own gets the profile beside its transaction, once', async () => {
  const { sent, stats } = await run('own transport');
  const withProfile = sent.filter((items: [string, string][]) => items.some(([type]) => type === 'profile'));
  expect(withProfile).toHaveLength(1);
  const payloads = Object.fromEntries(
    withProfile[0].map(([type, text]: [string, string]) => [type, JSON.parse(text)]),
  );
  expect(payloads.profile.transaction.id).toBe(payloads.transaction.event_id);
  expect(payloads.profile.profile.samples.length).toBeGreaterThan(2);
  expect(stats).toMatchObject({ captured: 1, delivered: 1 });
});

test('a flush does not wait for a transaction that is ignored: its profile is given up at once', async () => {
  expect(await run('ignored')).toMatchObject({ abandoned: 1, stats: { captured: 0, pending: 0 } });
});

test('a transaction too short for a tick comes alone, and is counted and told', async () => {
  const { stats } = await run('short');
  expect(received()).toEqual({ 'request 0': 0, 'request 1': 1 });
  expect(stats).toMatchObject({ captured: 1, delivered: 1, dropped: { total: 0 }, skipped: { short: 1 } });
  const reports = payloadsOf<ScenarioResult>(relay, 'client_report').flatMap((one) => one.discarded_events);
  const ofProfiles = reports.filter(({ category }) => category === 'profile');
  expect(ofProfiles).toEqual([{ reason: 'insufficient_data', category: 'profile', quantity: 1 }]);
});

test('so it does where a listener has looked into its empty profile', async () => {
  const { stats } = await run('short looked at');
  expect(received()).toEqual({ 'request 0': 0, 'request 1': 1 });
  expect(stats).toMatchObject({ captured: 1, delivered: 1, dropped: { total: 0 }, skipped: { short: 1 } });
});

test('nothing beyond the limit is sent where the event loop stood still at it', async () => {
  await run('blocked');
  expect(received()).toEqual(expectedCounts(1));
  const [{ profile, measurements }] = payloadsOf<ScenarioResult>(relay, 'profile') as [ScenarioResult];
  const ends = profile.samples.map((sample: ScenarioResult) => Number(sample.elapsed_since_start_ns));
  expect(Math.max(...ends)).toBeLessThanOrEqual(100e6);
  expect(Math.max(...ends)).toBeGreaterThan(90e6);
  for (const { values } of Object.values<ScenarioResult>(measurements)) {
    for (const { elapsed_since_start_ns } of values)
      expect(elapsed_since_start_ns).toBeLessThanOrEqual(100e6);
  }
});
