import { debug } from '@sentry/core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Capture } from '../../src/capture/capture.ts';
import { Slices } from '../../src/encode/slices.ts';
import { type BoundedProfilingIntegration, boundedProfilingIntegration } from '../../src/index.ts';
import { Ledger } from '../../src/ledger.ts';
import { resolveOptions } from '../../src/resolve-options.ts';
import { createContinuous, type SentChunk } from '../support/continuous.ts';
import { bindings, sleep, withoutProfiler, work } from '../support/native-profiler.ts';

const BUDGET_BYTES = 32 * 1024 * 1024;
const MILLISECOND = 0.001;

/** The capture of a real client, with chunks shorter than its option allows, claimed as they are sent. */
function setup(lifecycle: 'manual' | 'trace', { maxChunkMs = 60, budgetBytes = BUDGET_BYTES } = {}) {
  const continuous = createContinuous(lifecycle);
  const { client, chunks } = continuous;
  const ledger = new Ledger(budgetBytes, () => {});
  const skipped: string[] = [];
  const lost: string[] = [];
  const capture = new Capture({
    client,
    options: { ...resolveOptions({ sampling: false }), maxChunkMs },
    ledger,
    slices: new Slices(5),
    onSkip: (format) => skipped.push(format),
    onLost: ({ id }) => lost.push(id),
  });
  const push = chunks.push.bind(chunks);
  chunks.push = (...sent: SentChunk[]) => {
    for (const { chunk_id } of sent) capture.claim(chunk_id);
    return push(...sent);
  };
  onTestFinished(() => {
    continuous.end();
    capture.close();
    expect(ledger.totals().heldBytes).toBe(0);
  });
  return { ...continuous, capture, ledger, skipped, lost };
}

async function workUntil(isDone: () => boolean): Promise<void> {
  for (let round = 0; round < 1000 && !isDone(); round++) {
    work(8);
    await sleep(1);
  }
  expect(isDone()).toBe(true);
}

/** The capabilities of a client with the whole integration. */
function capabilitiesOf(options?: object) {
  const integration: BoundedProfilingIntegration = boundedProfilingIntegration();
  createContinuous('manual', { bounded: [integration], ...(options && { options }) });
  return integration.getStats()?.capabilities;
}

const sortedTimes = ({ profile }: SentChunk): number[] =>
  profile.samples.map(({ timestamp }) => timestamp).toSorted((a, b) => a - b);

/** Between each two that follow each other. */
function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => time - (times[i] as number));
}

test.each(['manual', 'trace'] as const)(
  '%s: rotated chunks have no sample twice and lose none between',
  async (lifecycle) => {
    const { begin, end, chunks, capture } = setup(lifecycle);
    begin();
    await workUntil(() => chunks.length === 6);
    end();
    const times = chunks.map(sortedTimes);
    const between = times.slice(1).map((next, i) => (next[0] as number) - (times[i]?.at(-1) as number));
    // The same tick, seen from two profiles, is at most a millisecond apart.
    expect(Math.min(...between)).toBeGreaterThan(1.5 * MILLISECOND);
    // A machine with other things to do takes some ticks late: but not most of those between chunks, and no others.
    const within = Math.max(...times.flatMap(gapsOf), 30 * MILLISECOND);
    const median = between.toSorted((a, b) => a - b)[Math.floor(between.length / 2)];
    expect(median).toBeLessThan(within);
    expect(capture.stats).toMatchObject({ running: 0, abandoned: 0, skipped: { rate: 0, budget: 0 } });
    expect(capture.stats.longestStopMs).toBeGreaterThan(0);
  },
);

test('a chunk holds what it is expected to as long as it runs', async () => {
  const { begin, end, chunks, ledger, capture } = setup('manual', { maxChunkMs: 10_000 });
  begin();
  expect(capture.stats.running).toBe(1);
  expect(ledger.totals().heldBytes).toBeGreaterThan(1024 * 1024);
  work(100);
  end();
  expect(chunks.length).toBe(1);
  expect(ledger.totals().heldBytes).toBe(0);
});

test('without room in the ledger nothing runs, each chunk that did not is told, and it begins when there is room', async () => {
  const { begin, chunks, ledger, capture, skipped } = setup('manual');
  const hold = ledger.hold(BUDGET_BYTES);
  begin();
  await workUntil(() => skipped.length === 2);
  expect(capture.stats.running).toBe(0);
  hold?.release();
  await workUntil(() => chunks.length === 2);
  expect(skipped).toEqual(Array(capture.stats.skipped.budget).fill('chunk'));
});

test('what the SDK gives up, for want of samples, leaves nothing behind', () => {
  const { begin, end, chunks, ledger } = setup('manual');
  for (let i = 0; i < 20; i++) {
    begin();
    end();
  }
  expect(chunks.filter(({ profile }) => profile.samples.length < 2)).toEqual([]);
  expect(ledger.totals().heldBytes).toBe(0);
});

test('two clients profile at once, each with its own', async () => {
  const first = setup('manual');
  const second = setup('manual');
  first.begin();
  second.begin();
  await workUntil(() => first.chunks.length >= 2 && second.chunks.length >= 2);
  expect([first, second].map(({ capture }) => capture.stats.running)).toEqual([1, 1]);
  first.end();
  expect([first, second].map(({ capture }) => capture.stats.running)).toEqual([0, 1]);
  const ids = [first, second].map(({ chunks }) => new Set(chunks.map(({ profiler_id }) => profiler_id)));
  expect(ids.map(({ size }) => size)).toEqual([1, 1]);
});

test('close puts the bindings and the profiler back', async () => {
  const integration = boundedProfilingIntegration();
  const { client, profiler } = createContinuous('manual', { bounded: [integration] });
  expect(Object.keys(bindings)).toEqual(['startProfiling', 'stopProfiling']);
  expect(Object.hasOwn(profiler, 'stop')).toBe(true);
  await client.close(1);
  expect(Object.keys(bindings)).toEqual([]);
  expect(Object.hasOwn(profiler, 'stop')).toBe(false);
});

test('SDK 11 has a gate for chunks, whatever an application has left of the options of SDK 10', () => {
  const all = { nativeSeam: true, transactionGate: false, chunkGate: true };
  expect(capabilitiesOf()).toMatchObject(all);
  expect(capabilitiesOf({ profilesSampleRate: 1, profilesSampler: () => 1 })).toMatchObject(all);
});

test('where the seam is out of reach, the gate works without it, and both say so', async () => {
  const log = vi.spyOn(debug, 'log');
  const { begin, end, chunks, capture } = withoutProfiler(() => setup('manual'));
  expect(capture.stats.capabilities).toEqual({ nativeSeam: false, transactionGate: false, chunkGate: true });
  expect(log.mock.calls.flat().filter((line) => String(line).includes('Out of reach'))).toHaveLength(1);
  log.mockRestore();
  begin();
  expect(capture.stats.running).toBe(1);
  await workUntil(() => chunks.length === 3);
  // One with less than two samples would never come, and that it has ended could not be seen.
  work(100);
  end();
  expect(capture.stats.running).toBe(0);
});

test('where the SDK’s profiler has other methods, the seam bounds what runs, and both say so', () => {
  const log = vi.spyOn(debug, 'log');
  const { profiler, client } = createContinuous('manual');
  const prototype = Object.getPrototypeOf(profiler);
  const { _startChunkProfiling } = prototype;
  prototype._startChunkProfiling = undefined;
  const integration = boundedProfilingIntegration();
  integration.afterAllSetup(client);
  prototype._startChunkProfiling = _startChunkProfiling;
  expect(integration.getStats()?.capabilities).toMatchObject({ nativeSeam: true, chunkGate: false });
  expect(log.mock.calls.flat().filter((line) => String(line).includes('Out of reach'))).toHaveLength(1);
  log.mockRestore();
  (profiler as unknown as { start(): void }).start();
  expect(integration.getStats()).toMatchObject({ running: 1 });
  expect(integration.getStats()?.memory.heldBytes).toBeGreaterThan(0);
  work(100);
  profiler.stop();
  expect(integration.getStats()).toMatchObject({ running: 0, captured: 1 });
});
