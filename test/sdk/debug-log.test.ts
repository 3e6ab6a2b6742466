import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { runScenario, startScenario } from '../support/scenario.ts';

/** Lines of a kind that the log takes in ten seconds. */
const MAX_LINES = 10;

const DEBUG = { debug: true };

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

function linesOf(output: string, what: RegExp): string[] {
  return output.split('\n').filter((line) => line.includes('[BoundedProfiling]') && what.test(line));
}

test('SDK 10: profiles that are given up are a few lines in the debug log', async () => {
  const request = { name: 'abandoned', dsn: relay.dsn, transactions: 100, options: DEBUG } as const;
  const { stats, output } = await runScenario('10', 'mjs', request);
  expect(stats.abandoned).toBeGreaterThan(MAX_LINES);
  const lines = linesOf(output, /Gave up the profile [0-9a-f]{32}: its transaction never came/);
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThan(stats.abandoned);
});

test('SDK 10: profiles that are not taken are a few lines for each reason', async () => {
  const scenario = startScenario('10', 'mjs', {
    name: 'driven',
    dsn: relay.dsn,
    bounded: { memoryBudgetBytes: 1024 * 1024, sampling: false },
    options: DEBUG,
  });
  await scenario.ask({ do: 'open', names: Array.from({ length: 60 }, (_, i) => `job ${i}`) });
  const { stats } = await scenario.ask({ do: 'finish' });
  scenario.tell({ do: 'end' });
  const { output } = await scenario.result;
  expect(stats.skipped.budget).toBeGreaterThan(MAX_LINES);
  const lines = linesOf(output, /Skipped the profile of a transaction \(budget: the budget has no room\)/);
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThan(stats.skipped.budget);
});

test.each([
  ['10', { profilesSampleRate: 0 }, '`profilesSampleRate` is 0 or not set'],
  ['11', { profileSessionSampleRate: 0 }, '`profileSessionSampleRate` is 0 or not set'],
] as const)(
  'SDK %s, %o: one line says that nothing is profiled, and nothing is',
  async (line, options, why) => {
    const scenario = startScenario(line, 'mjs', {
      name: 'driven',
      dsn: relay.dsn,
      options: { ...DEBUG, ...options },
    });
    const { stats } = await scenario.ask({ do: 'transact', names: ['one', 'two'] });
    scenario.tell({ do: 'end' });
    const { output } = await scenario.result;
    expect(stats).toMatchObject({ captured: 0, running: 0 });
    expect(linesOf(output, /profiles nothing/)).toEqual([
      expect.stringContaining(`profiles nothing: ${why}`),
    ]);
  },
);

test('without `debug: true` nothing is written', async () => {
  const request = { name: 'abandoned', dsn: relay.dsn, transactions: 20 } as const;
  expect((await runScenario('10', 'mjs', request)).output).toBe('');
});
