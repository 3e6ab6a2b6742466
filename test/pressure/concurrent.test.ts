import { expect, test } from 'vitest';
import { startRelay } from '../support/relay/index.ts';
import { runScenario, type ScenarioRequest } from '../support/scenario.ts';

const MiB = 1024 * 1024;
const BUDGET_BYTES = 32 * MiB;

/** Anything that allocates lets V8 widen the young generation, which has nothing to do with the memory that profiling holds. */
const NODE_FLAGS = ['--max-semi-space-size=2'];

interface Run {
  readonly rssBytes: readonly number[];
  readonly output: string;
  readonly stats: {
    readonly captured: number;
    readonly delivered: number;
    readonly pending: number;
    readonly dropped: { readonly total: number };
    readonly memory: { readonly peakHeldBytes: number };
  };
}

/** The same load without profiling and with the integration. */
async function runBoth(
  dsn: string,
  load: Partial<ScenarioRequest>,
): Promise<{ bounded: Run; extraMiB: number }> {
  const run = (profiled: boolean): Promise<Run> =>
    runScenario(
      '10',
      'mjs',
      { name: 'concurrent', dsn, profiled, bounded: { memoryBudgetBytes: BUDGET_BYTES }, ...load },
      { execArgv: NODE_FLAGS },
    );
  const bare = await run(false);
  const bounded = await run(true);
  const peak = ({ rssBytes }: Run): number => Math.max(...rssBytes);
  const extraMiB = (peak(bounded) - peak(bare)) / MiB;
  console.log(`${extraMiB.toFixed(1)} MiB of resident memory over the same run without profiling`);
  return { bounded, extraMiB };
}

test('60 transactions of 20 s at once, the relay silent: all are profiled within 32 MiB', async () => {
  const relay = await startRelay();
  relay.behave({ kind: 'silent' });
  const { bounded, extraMiB } = await runBoth(relay.dsn, {});
  expect(bounded.output).toBe('');
  expect(extraMiB).toBeLessThan(32);
  const { captured, pending, dropped, memory } = bounded.stats;
  expect({ captured, dropped: dropped.total }).toEqual({ captured: 120, dropped: 0 });
  expect(pending).toBe(captured);
  expect(memory.peakHeldBytes).toBeLessThanOrEqual(BUDGET_BYTES);
  await relay.close();
});

test('400 transactions of 4 s at once: all are delivered with their profiles', async () => {
  const relay = await startRelay();
  const { bounded, extraMiB } = await runBoth(relay.dsn, {
    transactions: 400,
    durationMs: 4000,
    flushMs: 10_000,
  });
  expect(bounded.output).toBe('');
  // Alone 46, beside another suite 70: there transactions wait for their turn to be encoded, and for the collector.
  expect(extraMiB).toBeLessThan(96);
  expect(bounded.stats).toMatchObject({ captured: 800, delivered: 800, dropped: { total: 0 } });
  expect(relay.counts.profile).toBe(800);
  await relay.close();
});
