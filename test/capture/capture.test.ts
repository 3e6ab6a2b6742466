import { debug } from '@sentry/core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Capture } from '../../src/capture/capture.ts';
import { type BoundedProfilingIntegration, boundedProfilingIntegration } from '../../src/index.ts';
import { type Entry, Ledger } from '../../src/ledger.ts';
import { Reporter } from '../../src/observe/reporter.ts';
import type { Profile } from '../../src/profile/types.ts';
import type { Stretch } from '../../src/record/cut.ts';
import type { Claim } from '../../src/record/recorded-profile.ts';
import { resolveOptions } from '../../src/resolve-options.ts';
import { createContinuous, type SentChunk } from '../support/continuous.ts';
import { addon, sleep, withoutProfiler, work } from '../support/native-profiler.ts';

const BUDGET_BYTES = 32 * 1024 * 1024;
const IDENTITY = { id: 'other', format: 'chunk' } as const;

/** The capture of a real client, with chunks shorter than its option allows, claimed as they are sent. */
function setup(lifecycle: 'manual' | 'trace', { maxChunkMs = 60, budgetBytes = BUDGET_BYTES } = {}) {
  const continuous = createContinuous(lifecycle);
  const { client, chunks } = continuous;
  const lost: string[] = [];
  const ledger = new Ledger(budgetBytes, ({ reason }) => lost.push(reason));
  const reports: string[] = [];
  const reporter = new Reporter({
    reports: {
      add: (reason, category) => reports.push(`${reason} ${category}`),
      takeBack: () => {},
      count: () => 0,
    },
    onDrop: undefined,
  });
  const claims: Claim[] = [];
  const capture = new Capture({
    client,
    options: { ...resolveOptions({ sampling: false }), maxChunkMs },
    ledger,
    reporter,
    findImages: () => [],
  });
  const push = chunks.push.bind(chunks);
  chunks.push = (...sent: SentChunk[]) => {
    for (const payload of sent) claims.push(capture.claim(payload as unknown as Profile));
    return push(...sent);
  };
  /** As a pipeline does with its claims. */
  const release = (): void => {
    for (const { recorded, entry } of claims) {
      recorded?.release();
      entry?.release();
    }
  };
  onTestFinished(() => {
    continuous.end();
    release();
    capture.close();
    expect(ledger.totals().heldBytes).toBe(0);
  });
  return { ...continuous, capture, ledger, reporter, reports, lost, claims, release };
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

const groupsOf = (claims: readonly Claim[]) => new Set(claims.map(({ recorded }) => recorded?.group));

test('what begins and ends within the length of a chunk is parts of one, with one place in the ledger', async () => {
  const { begin, end, chunks, claims, ledger } = setup('manual', { maxChunkMs: 10_000 });
  for (let i = 0; i < 20; i++) {
    begin();
    end();
  }
  expect(chunks).toHaveLength(20);
  expect(groupsOf(claims).size).toBe(1);
  const [first] = claims;
  expect(new Set(claims.map(({ entry }) => entry))).toEqual(new Set([first?.entry]));
  const { heldBytes } = ledger.totals();
  begin();
  expect(ledger.totals().heldBytes).toBe(heldBytes);
});

test.each(['manual', 'trace'] as const)(
  '%s: a chunk that is full is followed by another',
  async (lifecycle) => {
    const { begin, end, claims, capture, reporter } = setup(lifecycle);
    begin();
    await workUntil(() => claims.length === 5);
    end();
    expect(groupsOf(claims).size).toBeGreaterThanOrEqual(5);
    const stretches = claims.map(({ recorded }) => recorded?.stretch);
    for (const [i, stretch] of stretches.slice(1).entries()) {
      expect(stretch).toMatchObject({ fromMs: stretches[i]?.untilMs, isContinued: true });
    }
    expect(capture.stats).toMatchObject({ abandoned: 0 });
    expect(reporter.skipped).toMatchObject({ rate: 0, budget: 0 });
  },
);

test('V8 goes on for a moment after the end, and no longer', async () => {
  const { begin, end, capture } = setup('manual', { maxChunkMs: 10_000 });
  expect(capture.stats.running).toBe(0);
  begin();
  expect(capture.stats.running).toBe(1);
  end();
  expect(capture.stats.running).toBe(1);
  await workUntil(() => capture.stats.running === 0);
});

test('V8 does not go on after a flush', async () => {
  const { begin, end, capture } = setup('manual', { maxChunkMs: 10_000 });
  begin();
  end();
  await capture.settle(1000, false);
  expect(capture.stats.running).toBe(0);
});

test('a chunk holds what it is expected to, and its part of the recording, until it is sent', async () => {
  const { begin, end, ledger, release, capture } = setup('manual', { maxChunkMs: 10_000 });
  begin();
  const { heldBytes } = ledger.totals();
  expect(heldBytes).toBeGreaterThan(64 * 1024);
  await sleep(300);
  expect(ledger.totals().heldBytes).toBeGreaterThanOrEqual(heldBytes);
  end();
  await capture.settle(1000, false);
  release();
  await capture.settle(1000, false);
  expect(ledger.totals().heldBytes).toBe(0);
});

test('without room in the ledger nothing runs, each chunk that did not is told, and it begins when there is room', async () => {
  const { begin, chunks, ledger, capture, reporter, reports } = setup('manual');
  const others = ledger.reserve(IDENTITY, BUDGET_BYTES) as Entry;
  begin();
  await workUntil(() => reports.length === 2);
  expect(capture.stats.running).toBe(0);
  others.release();
  await workUntil(() => chunks.length === 2);
  expect(reports).toEqual(Array(reporter.skipped.budget).fill('backpressure profile_chunk'));
});

test('two clients profile at once, each with its own chunks, and V8 records once', async () => {
  const [first, second] = [setup('manual'), setup('manual')];
  first.begin();
  second.begin();
  await workUntil(() => first.chunks.length >= 2 && second.chunks.length >= 2);
  for (const { capture } of [first, second]) expect(capture.stats.running).toBeLessThanOrEqual(2);
  first.end();
  expect(second.capture.stats.running).toBeGreaterThan(0);
  const ids = [first, second].map(({ chunks }) => new Set(chunks.map(({ profiler_id }) => profiler_id)));
  expect(ids.map(({ size }) => size)).toEqual([1, 1]);
  expect(groupsOf([...first.claims, ...second.claims]).size).toBe(first.claims.length + second.claims.length);
});

test('what runs when the client is closed is lost, and told', () => {
  const { begin, capture, lost, ledger } = setup('manual');
  begin();
  capture.close();
  expect(lost).toEqual(['shutdown']);
  expect(ledger.totals()).toMatchObject({ heldBytes: 0, dropped: { shutdown: 1 } });
});

test('close puts the native profiler and the SDK’s back', async () => {
  const loaded = Object.getOwnPropertyDescriptors(addon);
  const integration = boundedProfilingIntegration();
  const { client, profiler } = createContinuous('manual', { bounded: [integration] });
  expect(addon.startProfiling).not.toBe(loaded.startProfiling.value);
  expect(Object.hasOwn(profiler, 'stop')).toBe(true);
  await client.close(1);
  expect(Object.getOwnPropertyDescriptors(addon)).toEqual(loaded);
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

test('where the SDK’s profiler has other methods, the seam bounds what runs, and both say so', async () => {
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
  work(300);
  profiler.stop();
  await client.flush(5000);
  expect(integration.getStats()).toMatchObject({ running: 0, captured: 1, delivered: 1 });
});

test('a flush ends what has parts on their way already, though another part has just begun', async () => {
  const { begin, end, claims, capture } = setup('manual', { maxChunkMs: 10_000 });
  begin();
  end();
  begin();
  let isSealed = false;
  void claims[0]?.recorded?.group?.sealed.then(() => {
    isSealed = true;
  });
  await capture.settle(1000, false);
  await null;
  expect(isSealed).toBe(true);
  expect(claims).toHaveLength(2);
  expect(groupsOf(claims).size).toBe(1);
});

test('what belongs to different sessions of the profiler is not joined', () => {
  const { begin, end, claims, profiler } = setup('manual', { maxChunkMs: 10_000 });
  for (const session of ['one', 'one', 'another']) {
    Object.assign(profiler, { _profilerId: session });
    begin();
    end();
  }
  expect(claims[0]?.recorded?.group).toBe(claims[1]?.recorded?.group);
  expect(claims[2]?.recorded?.group).not.toBe(claims[0]?.recorded?.group);
});

test('whoever looks into a chunk on its way out sees what was recorded', async () => {
  const { begin, end, chunks, claims } = setup('manual', { maxChunkMs: 10_000 });
  begin();
  work(100);
  await sleep(300);
  end();
  const [chunk] = chunks;
  const { samples } = structuredClone(chunk as SentChunk).profile;
  expect(samples.length).toBeGreaterThan(5);
  expect(samples.at(-1)?.timestamp).toBeCloseTo(Date.now() / 1000, 0);
  expect(claims[0]?.recorded).toBeDefined();
});

test('after a chunk that was cut, because the process stood still for minutes, another begins at the present', async () => {
  const { now } = performance;
  let stoodStillMs = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + stoodStillMs);
  onTestFinished(() => clock.mockRestore());
  const { begin, end, claims } = setup('manual');
  begin();
  stoodStillMs = 140_000;
  await workUntil(() => claims.length === 3);
  end();
  const stretches = claims.map(({ recorded }) => recorded?.stretch as Stretch);
  // Relay refuses a chunk above 66 s.
  for (const { fromMs, untilMs } of stretches) expect(untilMs - fromMs).toBeLessThan(66_000);
  expect(stretches.slice(0, 3).map(({ isContinued }) => isContinued)).toEqual([false, false, true]);
});
