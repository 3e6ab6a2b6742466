import { expect, test } from 'vitest';
import { startRelay } from '../support/relay/index.ts';
import { runScenario } from '../support/scenario.ts';

const MAX_OLD_MIB = 256;

interface Moment {
  ownRatio: number;
  liveRatio: number;
  stats: {
    running: number;
    captured: number;
    skipped: { rate: number; budget: number; active: number; short: number };
    sampling: { state: string; rate: number };
  };
}

test.each([
  { line: '10', mode: 'a profile a transaction', lifecycle: undefined, bounded: {} },
  // Chunks of a second: a pause of the duty cycle is as long as a chunk.
  { line: '11', mode: 'continuous profiling', lifecycle: 'trace', bounded: { maxChunkMs: 1000 } },
] as const)(
  'SDK $line, $mode: pauses before the heap is full, and goes on afterwards',
  async ({ line, lifecycle, bounded }) => {
    const relay = await startRelay();
    const { timeline, stats, output } = await runScenario(
      line,
      'mjs',
      {
        name: 'heap',
        dsn: relay.dsn,
        bounded,
        maxOldBytes: MAX_OLD_MIB * 1024 * 1024,
        recoveryMs: 40_000,
        ...(lifecycle && { lifecycle }),
      },
      { execArgv: [`--max-old-space-size=${MAX_OLD_MIB}`] },
    );
    expect(output).toBe('');
    const moments = timeline as Moment[];
    const firstPause = moments.findIndex((moment) => moment.stats.sampling.state === 'paused');
    expect(firstPause).toBeGreaterThan(0);

    // As many as without the governor before there was any pressure.
    const calm = moments.filter(({ ownRatio }, i) => i < firstPause && ownRatio < 0.5);
    expect(calm.length).toBeGreaterThan(20);
    expect(calm.at(-1)?.stats.sampling).toMatchObject({ state: 'normal', rate: 1 });
    expect(calm.at(-1)?.stats.skipped).toEqual({ rate: 0, budget: 0, active: 0, short: 0 });

    // Nothing runs and nothing starts when the heap is nearly full.
    const full = moments.filter(({ ownRatio, liveRatio }) => ownRatio > 0.94 && liveRatio > 0.9);
    expect(full.length).toBeGreaterThan(5);
    for (const moment of full) {
      expect(moment.stats.sampling).toMatchObject({ state: 'paused', rate: 0 });
      expect(moment.stats.running).toBe(0);
    }
    expect(full.at(-1)?.stats.captured).toBe(full[0]?.stats.captured);

    // And it starts again by itself.
    expect(moments.at(-1)?.stats.sampling.state).toBe('reduced');
    expect(moments.at(-1)?.stats.sampling.rate).toBeGreaterThan(0);
    expect(stats.captured).toBeGreaterThan(full.at(-1)?.stats.captured ?? 0);
    expect(stats.pending).toBe(0);
    await relay.close();
  },
);

test('32 clients, a profile for each transaction, the relay silent: survives what the stock SDK may not', async () => {
  const run = async (bounded: object | false): Promise<{ outcome: string; stats?: Moment['stats'] }> => {
    const relay = await startRelay();
    try {
      const { stats } = await runScenario(
        '10',
        'mjs',
        {
          name: 'heap',
          dsn: relay.dsn,
          bounded,
          clients: 32,
          maxOldBytes: MAX_OLD_MIB * 1024 * 1024,
          peakRatio: 0.91,
          normalMs: 8000,
          recoveryMs: 2000,
        },
        {
          execArgv: [`--max-old-space-size=${MAX_OLD_MIB}`],
          onProgress: ({ ownRatio }) => {
            if (ownRatio > 0.35) relay.behave({ kind: 'silent' });
            else {
              relay.behave({ kind: 'normal' });
              relay.release();
            }
          },
        },
      );
      return { outcome: 'survived', stats };
    } catch (error) {
      return { outcome: String(error).includes('heap out of memory') ? 'out of memory' : String(error) };
    } finally {
      await relay.close();
    }
  };
  const bounded = await run({});
  const stock = await run(false);
  console.log(`with the integration: ${bounded.outcome}; stock: ${stock.outcome}`);
  expect(bounded.outcome).toBe('survived');
  expect(bounded.stats?.skipped.rate).toBeGreaterThan(0);
});
