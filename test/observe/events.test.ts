import { channel } from 'node:diagnostics_channel';
import { debug } from '@sentry/core';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { StateChange } from '../../src/index.ts';
import { resolveOptions } from '../../src/resolve-options.ts';
import { INITIAL_STATE } from '../../src/sampling/governor.ts';
import { governSampling } from '../../src/sampling/sampling.ts';
import type { Signals } from '../../src/sampling/signals.ts';
import { createClient } from '../support/client.ts';
import { incompressibleLists, profiledTransaction } from '../support/envelopes.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';

const MiB = 1024 * 1024;

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

/** Collects the messages of a channel. */
function listenTo(name: string): unknown[] {
  const messages: unknown[] = [];
  const listener = (message: unknown): void => void messages.push(message);
  const one = channel(`sentry-bounded-profiling:${name}`);
  one.subscribe(listener);
  onTestFinished(() => void one.unsubscribe(listener));
  return messages;
}

test('what arrives and what does not is published, with its cause', async () => {
  const [delivered, drops] = [listenTo('delivered'), listenTo('drop')];
  const { client, send, stats } = createClient(relay.dsn, { maxItemBytes: 1024 });
  await send(profiledTransaction());
  await send(profiledTransaction({ profile: incompressibleLists(1, 'transaction') }));
  await client.flush(5000);
  expect(delivered).toMatchObject([{ format: 'transaction', sentBytes: stats().bytes.sent }]);
  expect(drops).toMatchObject([
    { reason: 'too-large', format: 'transaction', detail: expect.stringMatching(/maxItemBytes 1024/) },
  ]);
});

test('uploads that fail are seen while they do: since when, why, and when the next is tried', async () => {
  const { dsn } = relay;
  await relay.close();
  const { send, stats } = createClient(dsn);
  expect(stats().upload).toEqual({ active: 0, waiting: 0 });
  const beforeMs = Date.now();
  for (let i = 0; i < 3; i++) await send(profiledTransaction());
  const { upload } = stats();
  expect(upload).toMatchObject({ active: 0, waiting: 3, lastError: 'ECONNREFUSED' });
  expect(upload.failingSinceMs).toBeGreaterThanOrEqual(beforeMs);
  expect(upload.nextAttemptInMs).toBeLessThanOrEqual(30_000);
});

test.each([
  ['many', 5],
  ['one that is tried again', 1],
])(
  'a streak of failing uploads, %s, is one line in the debug log when it begins, and one when it ends',
  async (_, profiles) => {
    const log = vi.spyOn(debug, 'log');
    onTestFinished(() => log.mockRestore());
    const { port, dsn } = relay;
    await relay.close();
    const { client, send } = createClient(dsn);
    for (let i = 0; i < profiles; i++) await send(profiledTransaction());
    await client.flush(1000);
    relay = await startRelay({ port });
    await client.flush(10_000);
    const lines = log.mock.calls.flat().filter((line) => /Uploads/.test(String(line)));
    expect(lines).toEqual([
      '[BoundedProfiling] Uploads are failing (ECONNREFUSED): profiles wait',
      '[BoundedProfiling] Uploads pass again',
    ]);
  },
);

test('a thousand drops of a kind are a few lines, and the rest is counted', async () => {
  const log = vi.spyOn(debug, 'log');
  onTestFinished(() => log.mockRestore());
  const { client, send, stats } = createClient(relay.dsn);
  for (let i = 0; i < 200; i++)
    void send(profiledTransaction({ profile: { samples: [], stacks: [], frames: [] } }));
  await expect.poll(() => stats().dropped.malformed).toBe(200);
  expect(log.mock.calls.flat().filter((line) => /Dropped/.test(String(line)))).toHaveLength(10);
  await client.flush(1000);
});

test('how long transactions were held back is remembered, and what profiling has cost', async () => {
  relay.behave({ kind: 'slow', delayMs: 100 });
  const { client, send, stats } = createClient(relay.dsn);
  for (let i = 0; i < 5; i++) void send(profiledTransaction());
  await client.flush(5000);
  const { cost } = stats();
  expect(cost.heldBackMs.p50).toBeGreaterThan(0);
  expect(cost.heldBackMs.longest).toBeGreaterThanOrEqual(cost.heldBackMs.p50);
  expect(cost.encodingMs).toBeGreaterThan(0);
  expect(cost.deflatingMs).toBeGreaterThan(0);
});

const CALM: Signals = {
  heapLiveRatio: 0.3,
  heapCollections: 1,
  heapUsedRatio: 0.4,
  containerRatio: 0,
  activeContexts: 1,
  expectedBytes: MiB,
  availableBytes: 32 * MiB,
};

test.each([
  ['heap', { heapLiveRatio: 0.75, heapCollections: 2 }, 'reduced'],
  ['heap', { heapLiveRatio: 0.9, heapCollections: 2 }, 'paused'],
  ['container', { containerRatio: 0.95 }, 'paused'],
  ['contexts', { activeContexts: 500 }, 'reduced'],
  ['budget', { activeContexts: 20, availableBytes: MiB }, 'reduced'],
] as const)('%s is the cause where %o', (cause, pressure, state) => {
  const { sampling } = resolveOptions();
  const changes: [StateChange, string][] = [];
  let signals = CALM;
  const governed = governSampling(sampling || ({} as never), {
    sources: { read: () => signals, refresh: () => {}, close: () => {} },
    choices: (contexts) => contexts,
    budgetBytes: 32 * MiB,
    onChange: (...change) => changes.push(change),
  });
  governed.decide();
  expect(governed.stats).toMatchObject({ state: INITIAL_STATE.kind, cause: undefined });
  signals = { ...CALM, ...pressure };
  governed.decide();
  expect(governed.stats).toMatchObject({ state, cause });
  expect(changes).toMatchObject([[{ from: 'normal', to: state, cause }, expect.stringMatching(/%|room/)]]);
});
