import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClient } from '../support/client.ts';
import { incompressibleLists, profileChunk, profiledTransaction } from '../support/envelopes.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(async () => {
  vi.useRealTimers();
  await relay.close();
});

test('a relay that restarts gets what was captured meanwhile, once', async () => {
  const { port, dsn } = relay;
  const { client, send, stats } = createClient(dsn);
  await relay.close();
  for (let i = 0; i < 5; i++) await send(profiledTransaction());
  expect(stats()).toMatchObject({ captured: 5, delivered: 0, pending: 5 });
  relay = await startRelay({ port });
  await client.flush(20_000);
  expect(stats()).toMatchObject({ captured: 5, delivered: 5, pending: 0, memory: { heldBytes: 0 } });
  expect(relay.counts).toMatchObject({ profile: 5, transaction: 5 });
});

test('an upload that gets no answer is given up after its time and tried again with a fresh sent_at', async () => {
  relay.behave({ kind: 'silent' });
  const { client, send, stats } = createClient(relay.dsn, { uploadTimeoutMs: 100 });
  await send(profiledTransaction());
  await relay.waitFor(({ requests }) => requests.length === 1);
  relay.behave({ kind: 'normal' });
  await client.flush(20_000);
  expect(stats()).toMatchObject({ delivered: 1 });
  const [first, second] = relay.requests.map((request) => String(request.envelopeHeader?.sent_at));
  expect(Date.parse(second as string)).toBeGreaterThan(Date.parse(first as string));
});

test('a reset in the midst of the body is survived', async () => {
  relay.behave({ kind: 'reset' });
  const { client, send, stats } = createClient(relay.dsn);
  await send(profiledTransaction());
  await relay.waitFor(({ requests }) => requests.length === 1);
  relay.behave({ kind: 'normal' });
  await client.flush(20_000);
  expect(stats()).toMatchObject({ delivered: 1, dropped: { total: 0 } });
  expect(relay.counts).toMatchObject({ profile: 1, transaction: 1 });
});

test('what never gets an answer is dropped after its age, and its transaction sent by the SDK', async () => {
  relay.behave({ kind: 'reset' });
  const { client, send, stats } = createClient(relay.dsn, { maxRetryAgeMs: 0 });
  await send(profiledTransaction());
  await relay.waitFor(({ requests }) => requests.length >= 1);
  await client.flush(20_000);
  expect(stats()).toMatchObject({ captured: 1, delivered: 0, pending: 0, dropped: { network: 1 } });
  expect(relay.requests.some((request) => request.items.length === 0)).toBe(true);
  expect(stats().memory.heldBytes).toBe(0);
});

test('the SDK is let go while an upload waits: it must not hold the transaction', async () => {
  relay.behave({ kind: 'silent' });
  const { client, transport, stats } = createClient(relay.dsn, { uploadTimeoutMs: 200 });
  await Promise.all(Array.from({ length: 20 }, () => transport.send(profileChunk() as never)));
  expect(stats()).toMatchObject({ captured: 20, delivered: 0, pending: 20 });
  await client.close(10);
});

test('an upload that may have arrived is not sent once more without its profile', async () => {
  relay.behave({ kind: 'silent' });
  const { client, send, stats } = createClient(relay.dsn, { uploadTimeoutMs: 100, maxRetryAgeMs: 0 });
  await send(profiledTransaction());
  await expect.poll(() => stats().dropped.network).toBe(1);
  relay.behave({ kind: 'normal' });
  await client.flush(1000);
  expect(relay.requests.filter(({ items }) => items.some(({ type }) => type === 'transaction'))).toHaveLength(
    1,
  );
});

test('answers that never come to their end count by their status, and hold few connections', async () => {
  relay.behave({ kind: 'stop-mid-response', end: 'hang' });
  const { client, transport, stats } = createClient(relay.dsn);
  for (let i = 0; i < 50; i++) void transport.send(profileChunk() as never);
  await relay.waitFor(({ requests }) => requests.length >= 30);
  expect(relay.openSockets).toBeLessThanOrEqual(30);
  expect(await client.flush(20_000)).toBe(true);
  expect(stats()).toMatchObject({ captured: 50, delivered: 50 });
  expect(relay.counts.profile_chunk).toBe(50);
  await relay.waitFor(({ openSockets }) => openSockets === 0);
});

test('a request that can’t be made is not tried again, and its transaction is left to the SDK', async () => {
  const transportOptions = { headers: { 'x-broken': 'a\nb' } };
  const { send, stats } = createClient(relay.dsn, {}, { transportOptions });
  await send(profiledTransaction());
  await expect.poll(() => stats()).toMatchObject({ captured: 1, pending: 0, dropped: { network: 1 } });
});

const MiB = 1024 * 1024;

/** The numbers that delivered profiles were given, as they arrived. */
const delivered = (): number[] =>
  relay.items.flatMap(({ type, json }) =>
    type === 'profile' ? [Number((json as { release: string }).release)] : [],
  );

test('when the budget is full, what is held is kept: to drop it would waste what it has cost, and profile in vain', async () => {
  const { port, dsn } = relay;
  await relay.close();
  const { client, send, stats } = createClient(dsn, { memoryBudgetBytes: MiB });
  for (let i = 0; i < 60; i++) {
    await send(profiledTransaction({ release: String(i), profile: incompressibleLists(100, 'transaction') }));
  }
  const { dropped, pending } = stats();
  expect(dropped.budget).toBeGreaterThan(10);
  expect(pending).toBeGreaterThan(10);
  relay = await startRelay({ port });
  await client.flush(20_000);
  expect(stats()).toMatchObject({ delivered: pending, pending: 0, dropped });
  expect(delivered()).toEqual(expect.arrayContaining(Array.from({ length: 10 }, (_, i) => i)));
  expect(delivered()).toHaveLength(pending);
});

test('a relay that is down for ten minutes costs the budget and no more, and is found again', async () => {
  const { port, dsn } = relay;
  await relay.close();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  const { send, stats } = createClient(dsn, { memoryBudgetBytes: MiB });
  const second = async (i: number): Promise<void> => {
    void send(profiledTransaction({ release: String(i), profile: incompressibleLists(100, 'transaction') }));
    // Connections are refused, and zlib works, in real time.
    await sleep(8);
    for (let step = 0; step < 10; step++) {
      vi.advanceTimersByTime(100);
      await new Promise(setImmediate);
    }
  };
  const heldBytes: number[] = [];
  for (let i = 0; i < 600; i++) {
    await second(i);
    heldBytes.push(stats().memory.heldBytes);
  }
  expect(stats().memory.peakHeldBytes).toBeLessThanOrEqual(MiB);
  const ofMinute = (minute: number): number => Math.max(...heldBytes.slice(60 * minute, 60 * (minute + 1)));
  expect(ofMinute(9)).toBeLessThanOrEqual(1.05 * ofMinute(1));
  expect(ofMinute(9)).toBeGreaterThan(0.8 * MiB);
  const { captured, delivered: before, pending, dropped } = stats();
  expect({ captured, before }).toEqual({ captured: 600, before: 0 });
  // Older than five minutes, or too many.
  expect(dropped.total).toBe(600 - pending);
  expect(Object.keys(dropped).sort()).toEqual(['budget', 'network', 'total']);

  relay = await startRelay({ port });
  for (let i = 600; i < 660; i++) await second(i);
  await expect.poll(() => stats().pending, { timeout: 10_000 }).toBe(0);
  expect(stats().delivered).toBeGreaterThanOrEqual(pending + 25);
  expect(new Set(delivered()).size).toBe(stats().delivered);
});
