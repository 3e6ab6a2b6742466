import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient } from '../support/client.ts';
import { errorEvent, profileChunk, profiledTransaction } from '../support/envelopes.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

test('a profile arrives beside its transaction, in one envelope', async () => {
  const { client, send, stats } = createClient(relay.dsn);
  const envelope = profiledTransaction();
  const [transaction, profile] = structuredClone(envelope[1].map((item) => item[1]));
  await send(envelope);
  await client.flush(5000);
  expect(relay.items.map((item) => item.type)).toEqual(['transaction', 'profile']);
  expect(relay.items[0]?.json).toEqual(transaction);
  expect(relay.items[1]?.json).toMatchObject({ ...profile, profile: { samples: profile.profile.samples } });
  expect(relay.invalid).toEqual([]);
  expect(stats()).toMatchObject({ captured: 1, delivered: 1, pending: 0, dropped: { total: 0 } });
});

test('a chunk that goes straight to the transport arrives', async () => {
  const { client, transport, stats } = createClient(relay.dsn);
  const response = await transport.send(profileChunk() as never);
  await client.flush(5000);
  expect(response).toMatchObject({ statusCode: 200 });
  expect(relay.counts).toEqual({ profile_chunk: 1 });
  expect(relay.invalid).toEqual([]);
  expect(stats()).toMatchObject({ captured: 1, delivered: 1, capabilities: { streamingUpload: true } });
});

test('each request is one gzip member with its length declared, its item measured and a fresh sent_at', async () => {
  const { client, transport } = createClient(relay.dsn);
  const envelope = profileChunk();
  const oldTime = '2001-01-01T00:00:00.000Z';
  envelope[0].sent_at = oldTime;
  await transport.send(envelope as never);
  await client.flush(5000);
  const [request] = relay.requests;
  expect(request?.error).toBeUndefined();
  expect(request?.headers['content-encoding']).toBe('gzip');
  expect(request?.headers['content-type']).toBe('application/x-sentry-envelope');
  expect(Number(request?.headers['content-length'])).toBe(request?.bytesCompressed);
  expect(relay.items[0]?.header.length).toBe(relay.items[0]?.sizeBytes);
  expect(Date.parse(String(request?.envelopeHeader?.sent_at))).toBeGreaterThan(Date.parse(oldTime));
});

test('what is sent is what the statistics count', async () => {
  const { client, send, stats } = createClient(relay.dsn);
  for (let i = 0; i < 5; i++) await send(profiledTransaction());
  await client.flush(5000);
  const { bytes, memory } = stats();
  const items = relay.items.filter((item) => item.type === 'profile');
  expect(bytes.encoded).toBe(items.reduce((sum, item) => sum + item.sizeBytes, 0));
  expect(bytes.sent).toBe(relay.totals.bytesCompressed);
  expect(memory).toMatchObject({ heldBytes: 0 });
  expect(memory.peakHeldBytes).toBeGreaterThan(0);
});

test('original bytes are what JSON.stringify measures, within 2%', async () => {
  const { client, send, stats } = createClient(relay.dsn);
  const envelope = profiledTransaction();
  const { frames } = envelope[1][1]?.[1].profile ?? {};
  const profile = envelope[1][1]?.[1];
  profile.profile.frames = Array.from({ length: 900 }, (_, i) => ({
    ...frames[i % 2],
    module: `m${i % 7} ü`,
  }));
  profile.profile.stacks = Array.from({ length: 300 }, (_, i) => [3 * i, 3 * i + 1, 3 * i + 2]);
  profile.profile.samples = Array.from({ length: 300 }, (_, i) => ({
    stack_id: i,
    thread_id: '0',
    elapsed_since_start_ns: String(i * 1_000_000),
  }));
  const originalBytes = Buffer.byteLength(JSON.stringify(profile));
  await send(envelope);
  await client.flush(5000);
  expect(stats().bytes.original / originalBytes).toBeGreaterThan(0.98);
  expect(stats().bytes.original / originalBytes).toBeLessThan(1.02);
  expect(stats().bytes.encoded).toBeLessThan(originalBytes / 3);
  expect(relay.invalid).toEqual([]);
});

test('an envelope without a profile passes as the same object, in the same turn, in order', async () => {
  const seen: unknown[] = [];
  const { transport } = createClient(
    relay.dsn,
    {},
    {
      transport: () => ({
        send: (envelope: unknown) => {
          seen.push(envelope);
          return Promise.resolve({});
        },
        flush: () => Promise.resolve(true),
      }),
    },
  );
  const envelopes = [errorEvent('a'), errorEvent('b'), errorEvent('c')];
  for (const envelope of envelopes) void transport.send(envelope as never);
  expect(seen).toEqual(envelopes);
  seen.forEach((envelope, i) => {
    expect(envelope).toBe(envelopes[i]);
  });
});

test('each further profile of one envelope gets an envelope of its own: Relay refuses two in one', async () => {
  const { client, transport, stats } = createClient(relay.dsn);
  const [header, items] = profileChunk();
  await transport.send([header, [...items, ...profileChunk()[1]]] as never);
  await client.flush(5000);
  expect(relay.totals.status).toEqual({ 200: 2 });
  expect(relay.counts).toEqual({ profile_chunk: 2 });
  expect(stats()).toMatchObject({ captured: 2, delivered: 2 });
});

test('a profile that somebody else has encoded is none of ours', async () => {
  const { client, transport, stats } = createClient(relay.dsn);
  const [header, items] = profileChunk();
  const text = JSON.stringify(items[0]?.[1]);
  await transport.send([header, [[items[0]?.[0], text]]] as never);
  await client.flush(5000);
  expect(relay.counts).toEqual({ profile_chunk: 1 });
  expect(stats().captured).toBe(0);
});

test('the envelope that the SDK still holds no longer holds the profile', async () => {
  const { client, transport } = createClient(relay.dsn);
  const envelope = profiledTransaction();
  void transport.send(envelope as never);
  expect(envelope[1].map(([header]) => header.type)).toEqual(['transaction']);
  await client.flush(5000);
});
