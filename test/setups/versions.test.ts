import { expect, test } from 'vitest';
import { expectAll, expectUnprofiled, namesOf } from './support/arrivals.ts';
import { openRelay } from './support/relays.ts';
import { CLEAN, runSetup } from './support/run-setup.ts';

// Two versions of one line are tested in test/sdk/mixed.test.ts.
const MIXES = [
  { node: '11.1.0', profiler: '10.75.3', project: 'setups/projects/node-11-profiler-10' },
  { node: '10.78.0', profiler: '11.1.0', project: 'setups/projects/node-10-profiler-11' },
] as const;

test.each(MIXES)(
  '@sentry/node $node beside profiling-node $profiler: chunks arrive, and every transaction once',
  async ({ project, node }) => {
    const relay = await openRelay();
    const { report, ...end } = await runSetup(project, 'service', { dsn: relay.dsn, isChunked: true });
    expect({ ...end, isFlushed: report?.isFlushed }).toEqual({ ...CLEAN, isFlushed: true });
    expect(report.version).toBe(node);
    expectAll(project, [relay], namesOf(4), report.stats);
    expect(report.stats.capabilities).toMatchObject({ nativeSeam: true, chunkGate: true });
  },
);

test('@sentry/node 10 beside the profiler of SDK 11 and profilesSampleRate: it says once that there are no profiles', async () => {
  const relay = await openRelay();
  const request = { dsn: relay.dsn, options: { debug: true } };
  const { report, output } = await runSetup('setups/projects/node-10-profiler-11', 'service', request);
  expectUnprofiled(relay, namesOf(4), report.stats);
  expect(output.match(/\[BoundedProfiling\] .*profiles nothing: `profileSessionSampleRate`/g)).toHaveLength(
    1,
  );
});
