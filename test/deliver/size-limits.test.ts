import { afterEach, expect, test, vi } from 'vitest';
import { SizeLimits } from '../../src/deliver/size-limits.ts';
import { createClient } from '../support/client.ts';
import {
  incompressibleLists,
  type Payload,
  profileChunk,
  profiledTransaction,
} from '../support/envelopes.ts';
import { payloadsOf } from '../support/proxied.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { COMPLETE, compareSamples, sampleDigests } from '../support/sample-digests.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const HOUR_MS = 60 * 60 * 1000;

let relay: Relay | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await relay?.close();
  relay = undefined;
});

function limits(maxRequestBytes = Number.POSITIVE_INFINITY): SizeLimits {
  return new SizeLimits({ maxItemBytes: 50 * MiB, maxEnvelopeBytes: 200 * MiB, maxRequestBytes });
}

test.each([
  { name: 'far above a mebibyte, to below nginx’s default', refused: 60 * MiB, learned: 960 * KiB },
  { name: 'little above a mebibyte, to the same', refused: MiB + 1, learned: 960 * KiB },
  { name: 'below it, by half', refused: 800 * KiB, learned: 400 * KiB },
  { name: 'never below 256 KiB', refused: 300 * KiB, learned: 256 * KiB },
])('a refused body lowers the limit: $name', ({ refused, learned }) => {
  const learning = limits();
  learning.refuse(refused);
  expect(learning.requestBytes).toBe(learned);
});

test('the limit does not fall below what has passed, unless that has been refused since', () => {
  const learning = limits();
  learning.pass(20 * MiB);
  learning.refuse(60 * MiB);
  expect(learning.requestBytes).toBe(20 * MiB);
  learning.refuse(19 * MiB);
  learning.refuse(19 * MiB);
  expect(learning.requestBytes).toBe(960 * KiB);
});

test('one refusal of what has passed, or passes everywhere, was not about the body; a second in a row was', () => {
  const learning = limits();
  learning.pass(2 * MiB);
  learning.refuse(MiB);
  expect(learning.requestBytes).toBe(Number.POSITIVE_INFINITY);
  learning.refuse(800 * KiB);
  expect(learning.requestBytes).toBe(400 * KiB);
  const small = limits();
  small.refuse(10 * KiB);
  expect(small.requestBytes).toBe(Number.POSITIVE_INFINITY);
  small.pass(20 * KiB);
  small.refuse(10 * KiB);
  expect(small.requestBytes).toBe(Number.POSITIVE_INFINITY);
});

test('a refusal never raises a limit, the user’s or a learned one', () => {
  const learning = limits(300 * KiB);
  learning.refuse(299 * KiB);
  expect(learning.requestBytes).toBe(256 * KiB);
  learning.refuse(60 * MiB);
  expect(learning.requestBytes).toBe(256 * KiB);
  const small = limits(10 * KiB);
  small.refuse(9 * KiB);
  expect(small.requestBytes).toBe(10 * KiB);
});

test('a day after the last refusal the limit is what the user said', () => {
  const now = vi.spyOn(performance, 'now');
  const learning = limits(10 * MiB);
  now.mockReturnValue(1000);
  learning.refuse(2 * MiB);
  now.mockReturnValue(1000 + 24 * HOUR_MS - 1);
  expect(learning.requestBytes).toBe(960 * KiB);
  now.mockReturnValue(1000 + 24 * HOUR_MS);
  expect(learning.requestBytes).toBe(10 * MiB);
  learning.refuse(2 * MiB);
  expect(learning.requestBytes).toBe(960 * KiB);
});

/** Over a mebibyte also when compressed. */
const largeLists = (format?: 'transaction' | 'chunk'): Payload => incompressibleLists(2500, format);

test('a proxy’s 413 costs one transaction’s profile: the transaction is sent at once, later profiles are smaller', async () => {
  relay = await startRelay({ limits: { maxBodyBytes: MiB } });
  const { client, send, stats } = createClient(relay.dsn);
  expect(stats().limits.requestBytes).toBeUndefined();
  for (let i = 0; i < 4; i++) await send(profiledTransaction({ profile: largeLists('transaction') }));
  await client.flush(20_000);
  expect(relay.totals.status[413]).toBe(1);
  expect(stats().limits.requestBytes).toBe(960 * KiB);
  expect(relay.counts).toMatchObject({ transaction: 4, profile: 3 });
  expect(stats()).toMatchObject({ captured: 4, delivered: 3, dropped: { 'too-large': 1 } });
  expect(stats().oversized).toMatchObject({ thinned: 3 });
});

test('what a proxy’s first 413 refuses of a chunk is sent once more, in parts: nothing is lost', async () => {
  relay = await startRelay({ limits: { maxBodyBytes: MiB } });
  const { client, transport, stats } = createClient(relay.dsn);
  const chunks = Array.from({ length: 4 }, () => profileChunk({ profile: largeLists() }));
  const sent = sampleDigests(...chunks.map(([, items]) => items[0]?.[1]));
  for (const chunk of chunks) void transport.send(chunk as never);
  await client.flush(20_000);
  expect(relay.totals.status[413]).toBe(1);
  expect(stats()).toMatchObject({ captured: 4, delivered: 4, pending: 0, oversized: { split: 4 } });
  expect(stats().memory.heldBytes).toBe(0);
  expect(compareSamples(sent, payloadsOf(relay, 'profile_chunk'))).toEqual(COMPLETE);
});

test('nor what it refuses of a part, however low its limit', async () => {
  relay = await startRelay({ limits: { maxBodyBytes: 260 * KiB } });
  const { client, transport, stats } = createClient(relay.dsn, { maxItemBytes: 1100 * KiB });
  const chunk = profileChunk({ profile: largeLists() });
  const sent = sampleDigests(chunk[1][0]?.[1]);
  void transport.send(chunk as never);
  await client.flush(20_000);
  expect(relay.totals.status[413]).toBe(2);
  expect(stats()).toMatchObject({ captured: 1, delivered: 1, limits: { requestBytes: 256 * KiB } });
  expect(compareSamples(sent, payloadsOf(relay, 'profile_chunk'))).toEqual(COMPLETE);
});

test.each([
  { kind: 'close-early' },
  { kind: 'status', status: 413, body: '<html><h1>413 Request Entity Too Large</h1></html>' },
] as const)('a proxy that answers 413 and $kind is survived, and learned from', async (behaviour) => {
  relay = await startRelay();
  relay.behave(behaviour);
  const { client, send, stats } = createClient(relay.dsn);
  const sent = send(profiledTransaction({ profile: largeLists('transaction') }));
  await relay.waitFor(({ totals }) => totals.status[413] === 1);
  relay.behave({ kind: 'normal' });
  await sent;
  await client.flush(20_000);
  expect(relay.counts).toMatchObject({ transaction: 1 });
  expect(stats()).toMatchObject({ captured: 1, pending: 0, dropped: { 'too-large': 1 } });
  expect(stats().limits.requestBytes).toBe(960 * KiB);
});

test('what waits and has become too large is not sent to be refused', async () => {
  relay = await startRelay();
  const { port, dsn } = relay;
  await relay.close();
  const { client, send, stats } = createClient(dsn);
  const envelopes = Array.from({ length: 10 }, () =>
    profiledTransaction({ profile: largeLists('transaction') }),
  );
  const bytes = envelopes.reduce((sum, [, items]) => sum + JSON.stringify(items[1]?.[1]).length, 0);
  // Two that fail say that the server can't be reached: then transactions wait for their profiles.
  for (let i = 0; i < 2; i++) await send(profiledTransaction());
  for (const envelope of envelopes) void send(envelope);
  await expect.poll(() => stats().bytes.encoded, { timeout: 10_000 }).toBeGreaterThan(0.99 * bytes);
  relay = await startRelay({ port, limits: { maxBodyBytes: MiB } });
  await expect.poll(() => stats().pending, { timeout: 20_000 }).toBe(0);
  await client.flush(20_000);
  expect(relay.totals.status[413]).toBeLessThan(5);
  expect(relay.counts).toMatchObject({ transaction: 12, profile: 2 });
  expect(stats()).toMatchObject({ captured: 12, dropped: { total: 10, 'too-large': 10 } });
});

test('what has passed bounds what a 413 can teach', async () => {
  relay = await startRelay({ limits: { maxBodyBytes: 2 * MiB } });
  const { client, transport, stats } = createClient(relay.dsn);
  await transport.send(profileChunk({ profile: largeLists() }) as never);
  await client.flush(20_000);
  const [passed] = relay.requests;
  await transport.send(profileChunk({ profile: incompressibleLists(5000) }) as never);
  await client.flush(20_000);
  expect(relay.totals.status).toMatchObject({ 413: 1 });
  expect(stats()).toMatchObject({ delivered: 2, limits: { requestBytes: passed?.bytesCompressed } });
});
