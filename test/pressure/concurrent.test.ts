import { expect, test } from 'vitest';
import { startRelay } from '../support/relay/index.ts';
import { runScenario } from '../support/scenario.ts';

const MiB = 1024 * 1024;
const BUDGET_BYTES = 32 * MiB;

/** Anything that allocates lets V8 widen the young generation, which has nothing to do with what profiling holds. */
const NODE_FLAGS = ['--max-semi-space-size=2'];

test('60 transactions of 20 s at once, the relay silent: memory stays within the budget', async () => {
  const relay = await startRelay();
  relay.behave({ kind: 'silent' });
  const run = async (profiled: boolean): Promise<{ rssBytes: number[]; output: string; stats: never }> =>
    runScenario(
      '10',
      'mjs',
      { name: 'concurrent', dsn: relay.dsn, profiled, bounded: { memoryBudgetBytes: BUDGET_BYTES } },
      { execArgv: NODE_FLAGS },
    );
  const bare = await run(false);
  const bounded = await run(true);
  expect(bounded.output).toBe('');
  const extraBytes = Math.max(...bounded.rssBytes) - Math.max(...bare.rssBytes);
  console.log(`${(extraBytes / MiB).toFixed(1)} MiB of resident memory over the same run without profiling`);
  expect(extraBytes).toBeLessThan(BUDGET_BYTES + 16 * MiB);
  expect(bounded.stats).toMatchObject({ running: 0, memory: { budgetBytes: BUDGET_BYTES } });
  const { captured, pending, dropped, memory } = bounded.stats as unknown as {
    captured: number;
    pending: number;
    dropped: { total: number };
    memory: { peakHeldBytes: number };
  };
  expect(captured).toBe(pending + dropped.total);
  expect(pending).toBeGreaterThan(0);
  expect(memory.peakHeldBytes).toBeLessThanOrEqual(BUDGET_BYTES);
  await relay.close();
});
