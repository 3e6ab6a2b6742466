import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Relay, startRelay } from '../support/relay/index.ts';

const MiB = 1024 * 1024;
const PRIMARY = fileURLToPath(new URL('cluster-primary.ts', import.meta.url));

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

/** The metrics of a cluster whose workers send so many profiles each and have these options. */
async function clusterMetrics(workers: readonly object[]): Promise<Map<string, number>> {
  const primary = fork(PRIMARY, [JSON.stringify({ dsn: relay.dsn, workers })], {
    execArgv: ['--import', 'tsx'],
  });
  const [text] = (await once(primary, 'message')) as [string];
  await once(primary, 'exit');
  const lines = text.matchAll(/^sentry_bounded_profiling_(\S+) (\S+)$/gm);
  return new Map(Array.from(lines, ([, name = '', value]) => [name, Number(value)]));
}

test('prom-client’s aggregator adds up what workers count, and tells the worst of limits and rates', async () => {
  const metrics = await clusterMetrics([
    { profiles: 1, options: { memoryBudgetBytes: 8 * MiB } },
    { profiles: 2, options: { memoryBudgetBytes: 16 * MiB, maxItemBytes: MiB } },
  ]);
  const expected = {
    profiles_captured_total: 3,
    profiles_delivered_total: 3,
    'profiles_dropped_total{reason="network"}': 0,
    budget_bytes: 24 * MiB,
    'state{state="normal"}': 2,
    // The smallest, and not the sum.
    sampling_rate_ratio: 1,
    item_limit_bytes: MiB,
    thinned_samples_kept_ratio: 1,
  };
  expect(Object.fromEntries(Object.keys(expected).map((name) => [name, metrics.get(name)]))).toEqual(
    expected,
  );
});
