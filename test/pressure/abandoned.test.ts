import { expect, test } from 'vitest';
import { startRelay } from '../support/relay/index.ts';
import { runScenario, type ScenarioResult } from '../support/scenario.ts';

const MiB = 1024 * 1024;

test('transactions that are dropped leave nothing of their profiles behind', async () => {
  const relay = await startRelay();
  const run = (profiled: boolean): Promise<ScenarioResult> =>
    runScenario(
      '10',
      'mjs',
      { name: 'abandoned', dsn: relay.dsn, profiled, bounded: {} },
      { execArgv: ['--expose-gc'] },
    );
  const [bare, bounded] = await Promise.all([run(false), run(true)]);
  expect(bounded.seen).toBe(500);
  expect(bounded.stats).toMatchObject({
    captured: 5,
    delivered: 5,
    pending: 0,
    running: 0,
    skipped: { rate: 0, budget: 0, active: 0 },
    abandoned: 495,
    memory: { heldBytes: 0 },
  });
  expect(bounded.usedBytes - bare.usedBytes).toBeLessThan(4 * MiB);
  await relay.close();
});
