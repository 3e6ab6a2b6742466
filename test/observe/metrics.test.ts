import { MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { observeProfiling } from '../../src/opentelemetry.ts';
import { registerProfilingMetrics } from '../../src/prometheus.ts';
import { createClient } from '../support/client.ts';
import { incompressibleLists, profiledTransaction } from '../support/envelopes.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';

const MiB = 1024 * 1024;

let relay: Relay;
beforeEach(async () => {
  // The counts of closed clients stay: without them each test begins as a process does.
  Reflect.deleteProperty(globalThis, Symbol.for('sentry-bounded-profiling.clients'));
  relay = await startRelay();
});
afterEach(() => relay.close());

/** Two clients: together they have delivered two profiles and dropped one. */
async function deliverTwo(): Promise<void> {
  for (const options of [{}, { maxItemBytes: 1024 }]) {
    const { client, send } = createClient(relay.dsn, options);
    await send(profiledTransaction());
    if ('maxItemBytes' in options) {
      await send(profiledTransaction({ profile: incompressibleLists(1, 'transaction') }));
    }
    await client.flush(5000);
  }
}

test('a Prometheus registry tells the statistics of all clients when it is scraped', async () => {
  const registry = new Registry();
  registerProfilingMetrics(registry);
  await deliverTwo();
  for (let scrape = 0; scrape < 2; scrape++) {
    const lines = (await registry.metrics()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '# TYPE sentry_bounded_profiling_profiles_captured_total counter',
        'sentry_bounded_profiling_profiles_captured_total 3',
        'sentry_bounded_profiling_profiles_delivered_total 2',
        'sentry_bounded_profiling_profiles_dropped_total{reason="too-large"} 1',
        'sentry_bounded_profiling_profiles_dropped_total{reason="budget"} 0',
        'sentry_bounded_profiling_profiles_skipped_total{reason="rate"} 0',
        'sentry_bounded_profiling_profiles_pending 0',
        'sentry_bounded_profiling_held_bytes 0',
        'sentry_bounded_profiling_sampling_rate_ratio 1',
        'sentry_bounded_profiling_state{state="normal"} 2',
        'sentry_bounded_profiling_state{state="paused"} 0',
      ]),
    );
    expect(lines.find((line) => line.startsWith('sentry_bounded_profiling_budget_bytes '))).toBeDefined();
    expect(lines.filter((line) => /_(ms|milliseconds|mib)\b/i.test(line))).toEqual([]);
  }
});

test('a counter does not fall when clients are closed, and levels are those of open clients', async () => {
  const registry = new Registry();
  registerProfilingMetrics(registry);
  const read = async (name: string): Promise<number> => {
    const [, value] =
      new RegExp(`^sentry_bounded_profiling_${name} (\\S+)$`, 'm').exec(await registry.metrics()) ?? [];
    return Number(value);
  };
  for (let closed = 0; closed < 3; closed++) {
    const { client, send } = createClient(relay.dsn, { maxItemBytes: 2000 });
    await send(profiledTransaction());
    await send(profiledTransaction({ profile: incompressibleLists(1, 'transaction') }));
    await send(profiledTransaction({ profile: incompressibleLists(10, 'transaction') }));
    await client.flush(5000);
    const counters = [
      'profiles_captured_total',
      'profiles_delivered_total',
      'profiles_dropped_total{reason="too-large"}',
      'sent_bytes_total',
      'deflating_seconds_total',
      'encoding_seconds_total',
      'transactions_delayed_total',
    ];
    const before = await Promise.all(counters.map(read));
    expect(before[0]).toBe(3 * (closed + 1));
    expect(await read('budget_bytes')).toBeGreaterThan(0);
    await client.close(1);
    expect(await Promise.all(counters.map(read))).toEqual(before);
    expect(await read('budget_bytes')).toBeNaN();
  }
});

test('a figure of the process is told once, however many clients there are', async () => {
  const registry = new Registry();
  registerProfilingMetrics(registry);
  await deliverTwo();
  const { stats } = createClient(relay.dsn);
  const text = await registry.metrics();
  const [, seconds] = /^sentry_bounded_profiling_deflating_seconds_total (\S+)$/m.exec(text) ?? [];
  expect(Number(seconds)).toBeGreaterThan(0);
  expect(Number(seconds)).toBeCloseTo(stats().cost.deflatingMs / 1000, 6);
});

test('the limits in force, and what they have cost, are told; a limit that is none is not', async () => {
  const registry = new Registry();
  registerProfilingMetrics(registry);
  const read = async (): Promise<Record<string, number>> => {
    const lines = (await registry.metrics()).matchAll(/^sentry_bounded_profiling_(\w+) (\S+)$/gm);
    return Object.fromEntries(Array.from(lines, ([, name, value]) => [name, Number(value)]));
  };
  createClient(relay.dsn);
  expect(await read()).toMatchObject({ item_limit_bytes: 50 * MiB, envelope_limit_bytes: 200 * MiB });
  expect(await read()).not.toHaveProperty('request_limit_bytes');
  const { client, send, stats } = createClient(relay.dsn, { maxItemBytes: 50_000, maxRequestBytes: MiB });
  await send(profiledTransaction({ profile: incompressibleLists(200, 'transaction') }));
  await client.flush(5000);
  const { oversized } = stats();
  expect(oversized.sampleShare).toBeLessThan(1);
  expect(await read()).toMatchObject({
    item_limit_bytes: 50_000,
    request_limit_bytes: MiB,
    profiles_thinned_total: 1,
    thinned_samples_kept_ratio: oversized.sampleShare,
    thinned_self_time_distance_ratio: oversized.selfTimeDistance,
  });
});

test('how long transactions were held back is told as sums, for the mean of any stretch of time', async () => {
  const registry = new Registry();
  registerProfilingMetrics(registry);
  await deliverTwo();
  const text = await registry.metrics();
  expect(text).toContain('sentry_bounded_profiling_transactions_delayed_total 3');
  const [, seconds] = /^sentry_bounded_profiling_transaction_delay_seconds_total (\S+)$/m.exec(text) ?? [];
  expect(Number(seconds)).toBeGreaterThan(0);
});

test('a client that is closed is no longer told of', async () => {
  const registry = new Registry();
  registerProfilingMetrics(registry);
  const { client } = createClient(relay.dsn);
  expect(await registry.metrics()).toContain('sentry_bounded_profiling_state{state="normal"} 1');
  await client.close(100);
  expect(await registry.metrics()).toContain('sentry_bounded_profiling_state{state="normal"} 0');
  expect(await registry.metrics()).not.toMatch(/^sentry_bounded_profiling_sampling_rate_ratio /m);
});

/** Reads when it is asked to. */
class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

function valuesOf(metrics: ResourceMetrics, name: string): [object, unknown][] {
  const [metric] = metrics.scopeMetrics.flatMap((scope) =>
    scope.metrics.filter(({ descriptor }) => descriptor.name === `sentry.bounded_profiling.${name}`),
  );
  return (metric?.dataPoints ?? []).map(({ attributes, value }) => [attributes, value]);
}

test('an OpenTelemetry meter observes them, shaped as an SDK’s own metrics, until that is stopped', async () => {
  const reader = new ManualReader();
  const provider = new MeterProvider({ readers: [reader] });
  const stop = observeProfiling(provider.getMeter('test'));
  await deliverTwo();
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  expect(valuesOf(resourceMetrics, 'processed')).toEqual([
    [{}, 2],
    [{ 'error.type': 'too-large' }, 1],
  ]);
  expect(valuesOf(resourceMetrics, 'queue.size')).toEqual([[{}, 0]]);
  expect(valuesOf(resourceMetrics, 'queue.capacity')[0]?.[1]).toBeGreaterThan(0);
  expect(valuesOf(resourceMetrics, 'sampling_rate')).toEqual([[{}, 1]]);
  stop();
  await deliverTwo();
  const after = await reader.collect();
  expect(valuesOf(after.resourceMetrics, 'processed')[0]).toEqual([{}, 2]);
  await provider.shutdown();
});
