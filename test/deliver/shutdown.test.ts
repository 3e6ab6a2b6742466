import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { BoundedProfilingIntegration } from '../../src/index.ts';
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

test('flush waits for what is being encoded and uploaded', async () => {
  relay.behave({ kind: 'slow', delayMs: 200 });
  const { client, transport, stats } = createClient(relay.dsn);
  for (let i = 0; i < 6; i++) void transport.send(profileChunk() as never);
  expect(await client.flush(10_000)).toBe(true);
  expect(stats()).toMatchObject({ captured: 6, delivered: 6 });
  expect(relay.counts.profile_chunk).toBe(6);
});

test('flush gives up after its time, and what is pending stays pending', async () => {
  relay.behave({ kind: 'silent' });
  const { client, transport, stats } = createClient(relay.dsn);
  void transport.send(profileChunk() as never);
  expect(await client.flush(100)).toBe(false);
  expect(stats()).toMatchObject({ captured: 1, pending: 1 });
  relay.behave({ kind: 'normal' });
  relay.release();
  expect(await client.flush(5000)).toBe(true);
  expect(stats()).toMatchObject({ delivered: 1 });
});

test('close ends what it could not send: counted as shutdown, nothing held', async () => {
  relay.behave({ kind: 'silent' });
  const { client, transport, stats } = createClient(relay.dsn);
  for (let i = 0; i < 5; i++) void transport.send(profileChunk() as never);
  await relay.waitFor(({ requests }) => requests.length === 5);
  expect(await client.close(50)).toBe(false);
  expect(stats()).toMatchObject({
    captured: 5,
    delivered: 0,
    pending: 0,
    dropped: { total: 5, shutdown: 5 },
  });
  expect(stats().memory.heldBytes).toBe(0);
});

test('close ends what a transport of the user never answers for', async () => {
  const dropped: string[] = [];
  const { client, send, stats } = createClient(
    relay.dsn,
    { onDrop: ({ reason }) => dropped.push(reason) },
    { transport: () => ({ send: () => new Promise(() => {}), flush: () => Promise.resolve(true) }) },
  );
  void send(profiledTransaction());
  await client.close(50);
  expect(stats()).toMatchObject({
    captured: 1,
    pending: 0,
    dropped: { shutdown: 1 },
    memory: { heldBytes: 0 },
  });
  expect(dropped).toEqual(['shutdown']);
});

test('a transaction whose profile was not sent before close goes out alone; one that may have arrived does not', async () => {
  relay.behave({ kind: 'silent' });
  const { client, send, stats } = createClient(relay.dsn);
  for (let i = 0; i < 34; i++) void send(profiledTransaction());
  await relay.waitFor(({ heldRequests }) => heldRequests === 30);
  relay.behave({ kind: 'normal' });
  await client.close(200);
  await relay.waitFor(({ counts }) => counts.transaction === 4);
  expect(relay.counts.profile).toBeUndefined();
  await expect.poll(() => stats().pending).toBe(0);
  expect(stats()).toMatchObject({ captured: 34, dropped: { shutdown: 34 }, memory: { heldBytes: 0 } });
});

test('close during a pause, with a profile on its way to the queue, loses neither count nor transaction', async () => {
  const { port, dsn } = relay;
  await relay.close();
  const { client, send, stats } = createClient(dsn);
  await send(profiledTransaction());
  await expect.poll(() => stats().pending).toBe(1);
  relay = await startRelay({ port });
  for (let i = 0; i < 2; i++) void send(profiledTransaction());
  await client.close(800);
  await expect.poll(() => stats()).toMatchObject({ captured: 3, pending: 0, memory: { heldBytes: 0 } });
  await relay.waitFor(({ counts }) => counts.transaction === 3);
});

test('flush and close without a time end when the relay is down', async () => {
  const { dsn } = relay;
  await relay.close();
  const { client, send, stats } = createClient(dsn);
  await send(profiledTransaction());
  expect(await client.flush()).toBe(false);
  expect(stats()).toMatchObject({ pending: 1 });
  expect(await client.close()).toBe(false);
  await expect.poll(() => stats()).toMatchObject({ pending: 0, dropped: { shutdown: 1 } });
});

/** Far longer than a test may take: a call that comes back in time has not waited for it. */
const HOUR_MS = 3_600_000;

test('flush and close come back as soon as connections are refused, however long they might wait', async () => {
  const { dsn } = relay;
  await relay.close();
  const { client, send, stats } = createClient(dsn);
  for (let i = 0; i < 3; i++) await send(profiledTransaction());
  expect(await client.flush(HOUR_MS)).toBe(false);
  expect(await client.flush(HOUR_MS)).toBe(false);
  expect(stats()).toMatchObject({ captured: 3, pending: 3 });
  expect(await client.close(HOUR_MS)).toBe(false);
  expect(stats()).toMatchObject({ pending: 0, dropped: { shutdown: 3 }, memory: { heldBytes: 0 } });
});

test.each([
  { what: 'a transaction with its profile', envelopeOf: profiledTransaction },
  {
    what: 'a chunk in parts',
    envelopeOf: () => profileChunk({ profile: incompressibleLists(100) }),
  },
])('a flush in an outage does not wait until $what that came since may be tried', async ({ envelopeOf }) => {
  const { dsn } = relay;
  await relay.close();
  const { client, transport, stats } = createClient(dsn, { maxItemBytes: 20_000 });
  for (let i = 0; i < 3; i++) await transport.send(envelopeOf() as never);
  await client.flush(HOUR_MS);
  // Only work that waits for no timer goes on.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  for (let i = 0; i < 3; i++) {
    void transport.send(envelopeOf() as never);
    expect(await transport.flush(HOUR_MS)).toBe(false);
  }
  expect(stats()).toMatchObject({ captured: 6, pending: 6 });
});

test.each([
  { what: 'whole', maxRequestBytes: undefined },
  { what: 'in parts', maxRequestBytes: 300_000 },
])('nor does it wait for word on the size of large chunks, $what', async ({ maxRequestBytes }) => {
  const { dsn } = relay;
  await relay.close();
  const { transport, stats } = createClient(dsn, { maxRequestBytes });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  for (let i = 0; i < 3; i++) {
    void transport.send(profileChunk({ profile: incompressibleLists(1500) }) as never);
    expect(await transport.flush(HOUR_MS)).toBe(false);
  }
  expect(stats()).toMatchObject({ captured: 3, pending: 3 });
});

test('a flush in an outage tries once, because each try may take as long as the last', async () => {
  relay.behave({ kind: 'reset' });
  const { transport, stats } = createClient(relay.dsn);
  for (let i = 0; i < 3; i++) await transport.send(profiledTransaction() as never);
  await transport.flush(HOUR_MS);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const { length } = relay.requests;
  for (let i = 0; i < 3; i++) expect(await transport.flush(HOUR_MS)).toBe(false);
  expect(relay.requests.length - length).toBe(3);
  expect(stats()).toMatchObject({ captured: 3, pending: 3 });
});

test('flush does not wait for an answer to end, as the stock SDK does not', async () => {
  relay.behave({ kind: 'stop-mid-response', end: 'hang' });
  const { transport, stats } = createClient(relay.dsn);
  // Only work that waits for no timer goes on.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  void transport.send(profiledTransaction() as never);
  expect(await transport.flush(HOUR_MS)).toBe(true);
  expect(stats()).toMatchObject({ delivered: 1, upload: { active: 1 } });
});

test('close gives what is on its way nearly all the time there is', async () => {
  relay.behave({ kind: 'slow', delayMs: 1500 });
  const { client, send, stats } = createClient(relay.dsn);
  for (let i = 0; i < 20; i++) void send(profiledTransaction());
  expect(await client.close(2000)).toBe(false);
  expect(relay.counts).toMatchObject({ transaction: 20, profile: 20 });
  expect(stats()).toMatchObject({ captured: 20, delivered: 20 });
});

test('close without a time waits for all that goes on', async () => {
  relay.behave({ kind: 'slow', delayMs: 300 });
  const { client, send, stats } = createClient(relay.dsn);
  for (let i = 0; i < 70; i++) void send(profiledTransaction());
  expect(await client.close()).toBe(true);
  expect(stats()).toMatchObject({ captured: 70, delivered: 70 });
});

test('a client that is disposed of hands on what was never sent whole', async () => {
  const { port, dsn } = relay;
  await relay.close();
  const { client, send, stats } = createClient(dsn);
  const integration = client.getIntegrationByName<BoundedProfilingIntegration>('BoundedProfiling');
  await send(profiledTransaction());
  await expect.poll(() => stats().pending).toBe(1);
  relay = await startRelay({ port });
  (client as unknown as { dispose(): void }).dispose();
  await relay.waitFor(({ counts }) => counts.transaction === 1);
  expect(integration?.getStats()).toMatchObject({ captured: 1, pending: 0, dropped: { shutdown: 1 } });
});

test('flush waits for what goes on beside one that has failed', async () => {
  const { client, transport, stats } = createClient(relay.dsn);
  relay.behave({ kind: 'reset' });
  await transport.send(profileChunk() as never);
  await relay.waitFor(({ requests }) => requests.length === 1);
  relay.behave({ kind: 'slow', delayMs: 300 });
  void transport.send(profileChunk() as never);
  await relay.waitFor(({ requests }) => requests.length === 2);
  expect(await client.flush(HOUR_MS)).toBe(true);
  expect(stats()).toMatchObject({ captured: 2, delivered: 2 });
});

test('close in the midst of encoding ends that too', async () => {
  const { client, transport, stats } = createClient(relay.dsn, { maxSliceMs: 0.001 });
  const samples = Array.from({ length: 20_000 }, (_, i) => ({ stack_id: 0, thread_id: '0', timestamp: i }));
  void transport.send(
    profileChunk({ profile: { samples, stacks: [[0]], frames: [{ function: 'f' }] } }) as never,
  );
  await new Promise(setImmediate);
  await client.close(1);
  await relay.waitFor(() => stats().pending === 0 || stats().captured === 0, 100).catch(() => {});
  for (let turn = 0; turn < 100 && stats().pending > 0; turn++) await new Promise(setImmediate);
  expect(stats()).toMatchObject({
    captured: 1,
    pending: 0,
    dropped: { shutdown: 1 },
    memory: { heldBytes: 0 },
  });
});

test('a transaction whose profile is still being encoded or compressed at close goes out alone', async () => {
  const count = 12;
  for (let i = 0; i < count; i++) {
    const { client, send, stats } = createClient(relay.dsn);
    // Small enough to be deflated in one go, which takes zlib longer than closing takes.
    void send(profiledTransaction({ profile: incompressibleLists(1300, 'transaction') }));
    for (let turn = 0; turn < i; turn++) await new Promise(setImmediate);
    await client.close(1);
    expect(stats()).toMatchObject({ captured: 1, pending: 0, dropped: { shutdown: 1 } });
    await expect.poll(() => stats().memory.heldBytes).toBe(0);
  }
  await relay.waitFor(({ counts }) => counts.transaction === count);
  expect(relay.counts.profile).toBeUndefined();
});

test('close puts the transport back as it was', async () => {
  const reference = createClient(relay.dsn, false);
  const { client, transport } = createClient(relay.dsn);
  expect(transport.send.name).not.toBe(reference.transport.send.name);
  await client.close(1000);
  expect(transport.send.name).toBe(reference.transport.send.name);
  expect(transport.flush.name).toBe(reference.transport.flush.name);
});

test('close leaves a wrapper that came later in place, and lets everything pass below it', async () => {
  const { client, transport, stats } = createClient(relay.dsn);
  const ours = transport.send;
  const theirs: typeof ours = (envelope) => ours(envelope);
  transport.send = theirs;
  await client.close(1000);
  expect(transport.send).toBe(theirs);
  await transport.send(profileChunk() as never);
  expect(relay.counts.profile_chunk).toBe(1);
  expect(stats().captured).toBe(0);
});
