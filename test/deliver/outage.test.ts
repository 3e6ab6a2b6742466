import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient } from '../support/client.ts';
import { profileChunk, profiledTransaction } from '../support/envelopes.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

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

test('a request that can’t be made is not tried again, and its transaction is left to the SDK', async () => {
  const transportOptions = { headers: { 'x-broken': 'a\nb' } };
  const { send, stats } = createClient(relay.dsn, {}, { transportOptions });
  await send(profiledTransaction());
  await expect.poll(() => stats()).toMatchObject({ captured: 1, pending: 0, dropped: { network: 1 } });
});
