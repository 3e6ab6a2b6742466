import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario, type ScenarioResult } from '../support/scenario.ts';

const BUDGET_BYTES = 1024 * 1024;

let relay: Relay;
let other: Relay;
beforeEach(async () => {
  [relay, other] = await Promise.all([startRelay(), startRelay()]);
});
afterEach(() => Promise.all([relay, other].map((each) => each.close())));

function run(variant: string, bounded: object | false = {}, more: object = {}): Promise<ScenarioResult> {
  return runScenario('10', 'mjs', { name: 'gate', dsn: relay.dsn, variant, bounded, ...more });
}

/** The client's reports of lost profiles, by reason. */
function reported(): Record<string, number> {
  const quantities: Record<string, number> = {};
  for (const { type, json } of relay.items) {
    if (type !== 'client_report') continue;
    for (const { reason, category, quantity } of (json as ScenarioResult).discarded_events) {
      if (category === 'profile') quantities[reason] = (quantities[reason] ?? 0) + quantity;
    }
  }
  return quantities;
}

/** The names of the transactions that came, and of those that came with a profile. */
function received({ items } = relay) {
  const payloads = (type: string): ScenarioResult[] =>
    items.flatMap((item) => (item.type === type ? item.json : []));
  return {
    transactions: payloads('transaction')
      .map(({ transaction }) => transaction)
      .sort(),
    profiled: payloads('profile')
      .map(({ transaction }) => transaction.name)
      .sort(),
  };
}

const requests = (...numbers: number[]): string[] => numbers.map((i) => `request ${i}`);

test('however many transactions run at once, each has its profile, and V8 records once', async () => {
  const { stats, output, isFlushed } = await run('concurrent', { maxActiveProfiles: 2, sampling: false });
  expect({ output, isFlushed }).toEqual({ output: '', isFlushed: true });
  const all = requests(0, 1, 2, 3, 4, 5);
  expect(received()).toEqual({ transactions: all, profiled: all });
  expect(stats).toMatchObject({
    captured: 6,
    delivered: 6,
    running: 0,
    abandoned: 0,
    skipped: { rate: 0, budget: 0, active: 0, short: 0 },
    memory: { heldBytes: 0 },
    capabilities: { nativeSeam: true, transactionGate: true, chunkGate: false },
  });
  expect(reported()).toEqual({});
});

test('without the native seam as many profiles run as may; the other transactions come alone, and Sentry is told', async () => {
  const { stats, output, isFlushed } = await run('blind', { maxActiveProfiles: 2 });
  expect({ output, isFlushed }).toEqual({ output: '', isFlushed: true });
  expect(received()).toEqual({ transactions: requests(0, 1, 2, 3, 4, 5), profiled: requests(0, 1) });
  expect(stats).toMatchObject({
    captured: 2,
    delivered: 2,
    running: 0,
    abandoned: 0,
    skipped: { rate: 0, budget: 0, active: 4 },
    memory: { heldBytes: 0 },
    capabilities: { nativeSeam: false, transactionGate: true, chunkGate: false },
  });
  expect(reported()).toEqual({ backpressure: 4 });
});

test('a tiny budget is never exceeded: what finds no room in it comes without a profile, and Sentry is told', async () => {
  const bounded = { memoryBudgetBytes: BUDGET_BYTES, sampling: false };
  const { stats } = await run('crowd', bounded);
  const { transactions, profiled } = received();
  expect(transactions).toHaveLength(60);
  expect(stats.skipped.budget).toBeGreaterThan(0);
  expect(stats.captured + stats.skipped.budget).toBe(60);
  expect(stats).toMatchObject({ delivered: profiled.length, memory: { heldBytes: 0 } });
  expect(profiled.length).toBeGreaterThan(5);
  expect(stats.memory.peakHeldBytes).toBeLessThanOrEqual(BUDGET_BYTES);
  expect(reported().backpressure).toBe(stats.skipped.budget);
});

test('the user’s sampler keeps its meaning, and what it refuses is not reported', async () => {
  const stock = await run('sampler', false);
  const expected = received();
  expect(expected).toEqual({ transactions: requests(0, 1, 2, 3, 4, 5, 6), profiled: requests(0, 1) });
  await relay.close();
  relay = await startRelay();
  const { stats } = await run('sampler', { sampling: false });
  expect(received()).toEqual(expected);
  expect(stats.skipped).toEqual({ rate: 0, budget: 0, active: 0, short: 0 });
  expect(reported()).toEqual({});
  expect(stock.output).toBe('');
});

test('a rate of 0 is not reported either', async () => {
  const { stats } = await run('serial', {}, { rate: 0 });
  expect(received()).toEqual({ transactions: requests(0, 1, 2, 3, 4, 5), profiled: [] });
  expect(stats).toMatchObject({ captured: 0, skipped: { rate: 0, budget: 0, active: 0 } });
  expect(reported()).toEqual({});
});

test('a sampler that throws does what it does without the integration', async () => {
  const stock = await run('throwing', false);
  const bounded = await run('throwing');
  expect(bounded.thrown).toBe(stock.thrown);
  expect(bounded.stats).toMatchObject({ captured: 0, running: 0, memory: { heldBytes: 0 } });
});

test('transactions that beforeSendTransaction drops leave nothing behind but a count', async () => {
  const { stats } = await run('dropped');
  expect(received().transactions).toEqual([]);
  expect(stats).toMatchObject({ captured: 0, running: 0, memory: { heldBytes: 0 } });
  const { skipped, abandoned } = stats;
  expect(abandoned + skipped.rate).toBe(6);
  expect(abandoned).toBeGreaterThan(0);
});

test('spans that never end leave no profile running', async () => {
  const { stats } = await run('unended', { sampling: false });
  expect(stats).toMatchObject({ captured: 0, running: 0, skipped: { active: 0 } });
  // They wait for the end of their transactions, each counted with its real bytes and no longer with the expected ones.
  expect(stats.memory.heldBytes).toBeLessThan(BUDGET_BYTES);
});

test('a transaction longer than its profile, with a flush meanwhile, comes with it', async () => {
  const { stats } = await run('long');
  expect(received()).toEqual({ transactions: requests(0), profiled: requests(0) });
  expect(stats).toMatchObject({ captured: 1, delivered: 1, abandoned: 0, memory: { heldBytes: 0 } });
});

test('two clients: each answers for what was started for it, and nothing leaks from the one to the other', async () => {
  const { each } = await run('another', { sampling: false }, { otherDsn: other.dsn });
  expect(each).toMatchObject([
    { captured: 1, delivered: 1, running: 0 },
    { captured: 1, delivered: 1, running: 0, memory: { heldBytes: 0 } },
  ]);
  // That profile ended at the SDK's limit, too late for its transaction.
  expect(each[0].memory.heldBytes).toBeLessThan(BUDGET_BYTES / 2);
  expect(received()).toEqual({ transactions: requests(0, 2), profiled: requests(2) });
  expect(received(other)).toEqual({ transactions: requests(1), profiled: requests(1) });
});

test('close restores options and the native profiler, with a profile that runs', async () => {
  const { hadSampler, hasSampler, replaced, stats, exitCode } = await run('closed');
  expect({ hadSampler, hasSampler, replaced }).toEqual({ hadSampler: true, hasSampler: false, replaced: [] });
  expect(stats).toMatchObject({ running: 0, memory: { heldBytes: 0 } });
  expect(exitCode).toBe(0);
});
