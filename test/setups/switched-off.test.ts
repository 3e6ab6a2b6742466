import { expect, test } from 'vitest';
import { payloadsOf } from '../support/proxied.ts';
import { expectUnprofiled, LINES, namesOf, transactionsOf } from './support/arrivals.ts';
import { openRelay } from './support/relays.ts';
import { CLEAN, runSetup } from './support/run-setup.ts';

const NAMES = namesOf(4);
const FLUSHED = { ...CLEAN, isFlushed: true };

test.each(LINES)('SDK $line, enabled: false: nothing is set up, and nothing is sent', async ({ project }) => {
  const relay = await openRelay();
  const options = { enabled: false };
  const { report, ...end } = await runSetup(project, 'without', { dsn: relay.dsn, options });
  expect(end).toEqual(CLEAN);
  expect(relay.requests).toEqual([]);
  expect(report.stats).toBeUndefined();
});

test.each(LINES.flatMap((one) => [{}, { spotlight: true }].map((options) => ({ ...one, options }))))(
  'SDK $line without a DSN, $options: nothing is set up',
  async ({ project, options }) => {
    const { report, ...end } = await runSetup(project, 'without', { options });
    const { output, ...how } = end;
    expect(how).toEqual({ exitCode: 0, signal: null });
    // Without the integration the SDK says the same: nobody listens where Spotlight would.
    const stock = await runSetup(project, 'without', { options, bounded: false });
    expect(output).toBe(stock.output);
    expect(report.stats).toBeUndefined();
  },
);

test('SDK 10, tracesSampleRate: 0: nothing is profiled, nothing is sent', async () => {
  const relay = await openRelay();
  const options = { tracesSampleRate: 0 };
  const { report, ...end } = await runSetup('sdk/10', 'without', { dsn: relay.dsn, options });
  expect({ ...end, isFlushed: report?.isFlushed }).toEqual(FLUSHED);
  expect(relay.counts).not.toHaveProperty('transaction');
  expect(report.stats).toMatchObject({ captured: 0, running: 0, memory: { peakHeldBytes: 0 } });
});

// SDK 11 starts its profiler with every root span, sampled or not.
test('SDK 11, tracesSampleRate: 0: what the SDK records arrives, and no transaction', async () => {
  const [relay, stockRelay] = [await openRelay(), await openRelay()];
  const options = { tracesSampleRate: 0 };
  const { report, ...end } = await runSetup('sdk/11', 'without', { dsn: relay.dsn, options });
  await runSetup('sdk/11', 'without', { dsn: stockRelay.dsn, options, bounded: false });
  expect({ ...end, isFlushed: report?.isFlushed }).toEqual(FLUSHED);
  expect(relay.counts).not.toHaveProperty('transaction');
  expect(Object.keys(relay.counts).sort()).toEqual(Object.keys(stockRelay.counts).sort());
  const { captured } = report.stats;
  expect(report.stats).toMatchObject({ delivered: captured, memory: { heldBytes: 0 } });
  expect(relay.counts.profile_chunk).toBe(captured);
});

test.each(LINES)(
  'SDK $line, tracesSampleRate: 0 and profiling by hand: what it records arrives',
  async ({ project }) => {
    const relay = await openRelay();
    const options = { tracesSampleRate: 0, profileSessionSampleRate: 1, profileLifecycle: 'manual' };
    const request = { dsn: relay.dsn, isManual: true, options, isChunked: true };
    const { report, ...end } = await runSetup(project, 'without', request);
    expect({ ...end, isFlushed: report?.isFlushed }).toEqual(FLUSHED);
    expect({ invalid: relay.invalid, transactions: transactionsOf(relay) }).toEqual({
      invalid: [],
      transactions: [],
    });
    const { captured } = report.stats;
    expect(captured).toBeGreaterThan(0);
    expect(report.stats).toMatchObject({ delivered: captured, memory: { heldBytes: 0 } });
    expect(relay.counts.profile_chunk).toBe(captured);
  },
);

test.each([
  { line: '10', project: 'sdk/10', options: { profilesSampleRate: 0 } },
  { line: '11', project: 'sdk/11', options: { profileSessionSampleRate: 0 } },
] as const)('SDK $line, $options: transactions come without profiles', async ({ project, options }) => {
  const relay = await openRelay();
  const { report, ...end } = await runSetup(project, 'without', { dsn: relay.dsn, options });
  expect({ ...end, isFlushed: report?.isFlushed }).toEqual(FLUSHED);
  expectUnprofiled(relay, NAMES, report.stats);
  expect(report.stats).toMatchObject({
    skipped: { rate: 0, budget: 0, active: 0 },
    memory: { peakHeldBytes: 0 },
  });
});

test.each(LINES)('SDK $line without the profiling integration: transactions come', async ({ project }) => {
  const relay = await openRelay();
  const request = { variant: 'the profiling integration', dsn: relay.dsn };
  const { report, ...end } = await runSetup(project, 'without', request);
  expect({ ...end, isFlushed: report?.isFlushed }).toEqual(FLUSHED);
  expectUnprofiled(relay, NAMES, report.stats);
  expect(report.stats).toMatchObject({
    running: 0,
    memory: { peakHeldBytes: 0 },
    capabilities: { nativeSeam: false, transactionGate: false, chunkGate: false },
  });
});

test.each(LINES)(
  'SDK $line, bindings that are missing for this Node: transactions come, and nothing more is printed than without',
  async ({ project }) => {
    const [relay, stockRelay] = [await openRelay(), await openRelay()];
    const request = { modules: '109', dsn: relay.dsn };
    const { report, output, ...end } = await runSetup(project, 'without', request);
    const stock = await runSetup(project, 'without', { ...request, dsn: stockRelay.dsn, bounded: false });
    expect({ ...end, isFlushed: report?.isFlushed }).toEqual({ exitCode: 0, signal: null, isFlushed: true });
    expect(output).toContain('Could not import binary');
    expect(output).toBe(stock.output);
    expect(transactionsOf(relay)).toEqual(transactionsOf(stockRelay));
    expectUnprofiled(relay, NAMES, report.stats);
    expect(report.stats).toMatchObject({
      running: 0,
      skipped: { rate: 0, budget: 0, active: 0 },
      memory: { peakHeldBytes: 0 },
      capabilities: { nativeSeam: false, transactionGate: false, chunkGate: false },
    });
  },
);

test.each(LINES)(
  'SDK $line, sendClientReports: false: what is lost is counted here, and nothing of it is sent',
  async ({ project }) => {
    const relay = await openRelay();
    const options = { sendClientReports: false };
    // Less than a profile without its samples.
    const bounded = { maxItemBytes: 1024 };
    const { report, ...end } = await runSetup(project, 'service', { dsn: relay.dsn, options, bounded });
    expect({ ...end, isFlushed: report?.isFlushed }).toEqual(FLUSHED);
    expect(transactionsOf(relay)).toEqual(NAMES);
    expect(payloadsOf(relay, 'client_report')).toEqual([]);
    const { captured } = report.stats;
    expect(captured).toBeGreaterThan(0);
    expect(report.stats.dropped).toEqual({ total: captured, 'too-large': captured });
  },
);
