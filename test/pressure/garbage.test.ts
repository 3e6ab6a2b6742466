import { expect, test } from 'vitest';
import { startRelay } from '../support/relay/index.ts';
import { runScenario } from '../support/scenario.ts';

const MAX_OLD_MIB = 160;

test('garbage is no pressure: the rate stays, however full the heap is before each collection', async () => {
  const relay = await startRelay();
  const { states, peakUsedBytes, stats, output } = await runScenario(
    '10',
    'mjs',
    { name: 'garbage', dsn: relay.dsn, bounded: {} },
    { execArgv: [`--max-old-space-size=${MAX_OLD_MIB}`] },
  );
  expect(output).toBe('');
  expect(peakUsedBytes).toBeGreaterThan(0.6 * MAX_OLD_MIB * 1024 * 1024);
  expect(states).toEqual(['normal']);
  expect(stats).toMatchObject({ skipped: { rate: 0, budget: 0, active: 0 }, sampling: { rate: 1 } });
  expect(stats.sampling.heapUsedRatio).toBeLessThan(0.6);
  await relay.close();
});
