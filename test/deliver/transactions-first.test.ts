import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient } from '../support/client.ts';
import {
  incompressibleLists,
  profileChunk,
  profiledTransaction,
  type SdkEnvelope,
} from '../support/envelopes.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';

const MiB = 1024 * 1024;

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Ids of the transactions that have arrived, each as often as it has. */
const transactionIds = (): string[] =>
  relay.items.flatMap(({ type, json }) =>
    type === 'transaction' ? [(json as { event_id: string }).event_id] : [],
  );

function idOf([header]: SdkEnvelope): string {
  return header.event_id;
}

/** Each turn of the loop is long, and encoding has a part of each. */
async function beBusyUntil(isDone: () => boolean): Promise<void> {
  const endMs = performance.now() + 5000;
  while (performance.now() < endMs && !isDone()) {
    const turnMs = performance.now() + 5;
    while (performance.now() < turnMs);
    await new Promise(setImmediate);
  }
}

/** A transaction with as many spans. */
function withSpans(count: number): SdkEnvelope {
  const envelope = profiledTransaction();
  const transaction = envelope[1][0]?.[1];
  transaction.spans = Array.from({ length: count }, (_, i) => ({
    span_id: String(i).padStart(16, '0'),
    trace_id: '0'.repeat(32),
    start_timestamp: 1_793_534_400,
    timestamp: 1_793_534_401,
    description: `SELECT * FROM table_${i} WHERE id = ${i * 7919}`,
    op: 'db',
  }));
  return envelope;
}

test('a relay that is far away is sent to by as many at once as there are: none waits for another', async () => {
  const delayMs = 1000;
  relay.behave({ kind: 'slow', delayMs });
  const { client, send, stats } = createClient(relay.dsn);
  for (let i = 0; i < 20; i++) void send(profiledTransaction());
  // Before the first can have been answered, all are there.
  await relay.waitFor(({ requests }) => requests.length === 20);
  expect(relay.counts).toEqual({});
  expect(await client.close(2 * delayMs)).toBe(true);
  expect(stats()).toMatchObject({ captured: 20, delivered: 20 });
});

test('what finds no place in time goes alone: each transaction arrives once, and its profile is counted', async () => {
  relay.behave({ kind: 'slow', delayMs: 700 });
  const { client, send, stats } = createClient(relay.dsn);
  const envelopes = Array.from({ length: 110 }, () => profiledTransaction());
  const ids = envelopes.map(idOf);
  for (const envelope of envelopes) void send(envelope);
  await client.flush(20_000);
  expect(transactionIds().sort()).toEqual(ids.sort());
  const { captured, delivered, dropped } = stats();
  expect({ captured, pending: captured - delivered - dropped.total }).toEqual({ captured: 110, pending: 0 });
  expect(dropped).toEqual({ total: dropped.budget, budget: dropped.budget });
  expect(relay.counts.profile).toBe(delivered);
  expect(delivered).toBeGreaterThanOrEqual(60);
});

test('a transaction whose profile takes long to encode goes alone, and what is small is not kept behind it', async () => {
  const { client, send, stats } = createClient(relay.dsn, { maxSliceMs: 0.05 });
  const large = profiledTransaction({ profile: incompressibleLists(2000, 'transaction') });
  const small = profiledTransaction();
  void send(large);
  void send(small);
  await beBusyUntil(() => transactionIds().length === 2);
  await client.flush(10_000);
  expect(transactionIds().sort()).toEqual([idOf(large), idOf(small)].sort());
  expect(stats()).toMatchObject({ captured: 2, pending: 0, memory: { heldBytes: 0 } });
  expect(stats().delivered).toBeGreaterThanOrEqual(1);
});

test('while the relay can’t be reached transactions wait with their profiles: alone they would be lost', async () => {
  const { port, dsn } = relay;
  await relay.close();
  const { client, send, stats } = createClient(dsn);
  const envelopes = Array.from({ length: 300 }, () => profiledTransaction());
  for (const envelope of envelopes) void send(envelope);
  await sleep(1500);
  expect(stats()).toMatchObject({ captured: 300, pending: 300, dropped: { total: 0 } });
  relay = await startRelay({ port });
  await client.flush(20_000);
  expect(stats()).toMatchObject({ delivered: 300, pending: 0 });
  expect(new Set(transactionIds()).size).toBe(300);
  expect(transactionIds()).toHaveLength(300);
});

test.each([
  ['a rate limit on profiles', { kind: 'rate-limited', status: 200, header: '60:profile:organization' }],
  ['an age that they are over', { kind: 'normal' }],
] as const)(
  'what is set free together by %s arrives, at the pace of the SDK’s transport',
  async (_, behaviour) => {
    const { port, dsn } = relay;
    await relay.close();
    const isExpiring = behaviour.kind === 'normal';
    const { client, send, stats } = createClient(dsn, isExpiring ? { maxRetryAgeMs: 1000 } : {});
    const envelopes = Array.from({ length: 300 }, () => profiledTransaction());
    for (const envelope of envelopes) void send(envelope);
    await expect.poll(() => stats().pending).toBe(300);
    relay = await startRelay({ port });
    relay.behave(behaviour);
    await expect.poll(() => stats().pending, { timeout: 20_000 }).toBe(0);
    await client.flush(20_000);
    expect(transactionIds().sort()).toEqual(envelopes.map(idOf).sort());
    expect(stats()).toMatchObject({ captured: 300, pending: 0, memory: { heldBytes: 0 } });
  },
);

test('a transaction whose profile is refused at once goes at once, as it would without one', async () => {
  let taken = 0;
  const busy = { send: () => new Promise(() => taken++), flush: () => Promise.resolve(true) };
  const { client, send, stats } = createClient(
    relay.dsn,
    { maxItemBytes: 1024 },
    { transport: () => busy as never },
  );
  const empty = { samples: null, stacks: null, frames: null };
  for (let i = 0; i < 200; i++) void send(profiledTransaction({ profile: empty }));
  await expect.poll(() => stats().dropped.total).toBe(200);
  await expect.poll(() => taken, { timeout: 500 }).toBe(200);
  await client.close(1);
});

test('what has gone alone is not encoded to its end', async () => {
  const { client, send, stats } = createClient(relay.dsn, { maxSliceMs: 0.02 });
  void send(profiledTransaction({ profile: incompressibleLists(3000, 'transaction') }));
  await beBusyUntil(() => stats().dropped.budget === 1);
  // It would find no time beside the one before.
  void send(profiledTransaction());
  await beBusyUntil(() => stats().pending === 0);
  expect(stats()).toMatchObject({ captured: 2, delivered: 1, dropped: { budget: 1 } });
  await client.flush(20_000);
});

test('the objects of a transaction that waits are let go', async () => {
  relay.behave({ kind: 'silent' });
  const { client, send, stats } = createClient(relay.dsn);
  const sendOne = (): WeakRef<object> => {
    const envelope = profiledTransaction();
    const transaction = new WeakRef<object>(envelope[1][0]?.[1]);
    void send(envelope);
    return transaction;
  };
  const transactions = Array.from({ length: 50 }, sendOne);
  await relay.waitFor(({ heldRequests }) => heldRequests === 30);
  const held = (): number => {
    collectGarbage();
    return transactions.filter((one) => one.deref() !== undefined).length;
  };
  // The SDK holds those whose senders wait for an answer.
  await expect.poll(held, { timeout: 5000 }).toBeLessThanOrEqual(1);
  expect(stats().pending).toBeGreaterThanOrEqual(30);
  await client.close(10);
});

test('close hands on all that waits, at the pace of the SDK’s transport', async () => {
  const { port, dsn } = relay;
  await relay.close();
  const { client, send, stats } = createClient(dsn, { maxItemBytes: 50 * MiB });
  const envelopes = Array.from({ length: 200 }, () => profiledTransaction());
  for (const envelope of envelopes) void send(envelope);
  await expect.poll(() => stats().pending).toBe(200);
  relay = await startRelay({ port });
  await client.close(10_000);
  expect(transactionIds().sort()).toEqual(envelopes.map(idOf).sort());
});

test('what travels with a profile is in the ledger, and small before long', async () => {
  relay.behave({ kind: 'silent' });
  const { client, send, stats } = createClient(relay.dsn, { memoryBudgetBytes: MiB });
  const spans = 500;
  const bytes = Buffer.byteLength(JSON.stringify(withSpans(spans)[1][0]?.[1]));
  void send(withSpans(spans));
  expect(stats().memory.heldBytes).toBeGreaterThan(bytes);
  await relay.waitFor(({ requests }) => requests.length === 1);
  expect(stats().memory.heldBytes).toBeLessThan(bytes / 3);
  for (let i = 0; i < 40; i++) void send(withSpans(spans));
  expect(stats().memory.heldBytes).toBeLessThanOrEqual(MiB);
  expect(stats().dropped.budget).toBeGreaterThan(0);
  relay.behave({ kind: 'normal' });
  relay.release();
  await client.flush(20_000);
  expect(relay.counts.transaction).toBe(41);
  expect(stats()).toMatchObject({ captured: 41, pending: 0, memory: { heldBytes: 0 } });
});

test('each of many flushes beside much that waits costs next to nothing', async () => {
  relay.behave({ kind: 'silent' });
  const { client, transport, stats } = createClient(relay.dsn);
  for (let i = 0; i < 500; i++) void transport.send(profileChunk() as never);
  await expect.poll(() => stats().pending).toBe(500);
  await relay.waitFor(({ heldRequests }) => heldRequests === 30);
  const flush = async (count: number): Promise<void> => {
    await Promise.all(Array.from({ length: count }, () => client.flush(1)));
  };
  await flush(50);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  await flush(500);
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * MiB);
  await client.close(10);
});

test.each([429, 503, 413])(
  'an answer %i after one that was lost does not send the transaction again',
  async (status) => {
    const { client, send, stats } = createClient(relay.dsn, { uploadTimeoutMs: 300 });
    relay.behave({ kind: 'silent' });
    const envelope = profiledTransaction();
    await send(envelope);
    await relay.waitFor(({ requests }) => requests.length === 1);
    relay.behave(status === 429 ? { kind: 'rate-limited' } : { kind: 'status', status });
    await relay.waitFor(({ requests }) => requests.length === 2);
    relay.behave({ kind: 'normal' });
    await client.flush(5000);
    const sent = relay.requests.filter(({ items }) => items.some(({ type }) => type === 'transaction'));
    expect(sent.map(({ items }) => items.length)).toEqual([2, 2]);
    expect(stats()).toMatchObject({ captured: 1, delivered: 0, pending: 0, dropped: { total: 1 } });
  },
);
