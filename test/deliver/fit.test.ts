import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BoundedProfilingOptions } from '../../src/index.ts';
import { createClient } from '../support/client.ts';
import {
  incompressibleLists,
  type Payload,
  profileChunk,
  profiledTransaction,
  type SdkEnvelope,
} from '../support/envelopes.ts';
import { withoutRepeats } from '../support/parts.ts';
import { realisticProfile, resolveSamples } from '../support/profiles.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

const profilesOf = ({ items } = relay): Payload[] =>
  items.flatMap(({ type, json }) => (type.startsWith('profile') ? [json] : []));

const LIMITS = ['maxItemBytes', 'maxEnvelopeBytes', 'maxRequestBytes'] as const;

/** The largest of everything that a limit is set for, of the requests that had a profile. */
function largest(): Record<(typeof LIMITS)[number], number> {
  const requests = relay.requests.filter(({ items }) => items.some(({ type }) => type.startsWith('profile')));
  const items = relay.items.filter(({ type }) => type.startsWith('profile'));
  return {
    maxItemBytes: Math.max(...items.map(({ sizeBytes }) => sizeBytes)),
    maxEnvelopeBytes: Math.max(...requests.map(({ bytesDecompressed }) => bytesDecompressed)),
    maxRequestBytes: Math.max(...requests.map(({ bytesCompressed }) => bytesCompressed)),
  };
}

async function sendWith(options: BoundedProfilingOptions, envelope: SdkEnvelope) {
  await relay.close();
  relay = await startRelay();
  const { client, send, stats } = createClient(relay.dsn, options);
  await send(structuredClone(envelope));
  await client.flush(30_000);
  expect(relay.protocolErrors).toEqual([]);
  expect(relay.invalid).toEqual([]);
  expect(stats()).toMatchObject({ captured: 1, pending: 0, memory: { heldBytes: 0 } });
  return stats();
}

test.each(LIMITS)('%s holds to the byte: a chunk of just that size is sent whole', async (limit) => {
  const envelope = profileChunk({ profile: incompressibleLists(50) });
  await sendWith({}, envelope);
  const bytes = largest()[limit];
  const { delivered, oversized } = await sendWith({ [limit]: bytes }, envelope);
  expect({ delivered, split: oversized.split }).toEqual({ delivered: 1, split: 0 });
  expect(largest()[limit]).toBe(bytes);
  const over = await sendWith({ [limit]: bytes - 1 }, envelope);
  expect(over).toMatchObject({ delivered: 1, dropped: { total: 0 }, oversized: { split: 1 } });
  expect(relay.counts.profile_chunk).toBeGreaterThan(1);
  expect(largest()[limit]).toBeLessThan(bytes);
});

test.each(LIMITS)('%s holds to the byte: a profile of just that size is not thinned', async (limit) => {
  const envelope = profiledTransaction({ profile: incompressibleLists(50, 'transaction') });
  await sendWith({}, envelope);
  const bytes = largest()[limit];
  const { delivered, oversized } = await sendWith({ [limit]: bytes }, envelope);
  expect({ delivered, thinned: oversized.thinned, share: oversized.sampleShare }).toEqual({
    delivered: 1,
    thinned: 0,
    share: 1,
  });
  expect(largest()[limit]).toBe(bytes);
  const over = await sendWith({ [limit]: bytes - 1 }, envelope);
  expect(over).toMatchObject({ delivered: 1, dropped: { total: 0 }, oversized: { thinned: 1 } });
  expect(relay.counts).toEqual({ transaction: 1, profile: 1 });
  expect(largest()[limit]).toBeLessThan(bytes);
  expect(largest()[limit]).toBeGreaterThan(0.85 * bytes);
});

test.each(LIMITS)('a chunk over %s arrives in parts, sample for sample', async (limit) => {
  const chunk = realisticProfile({ samples: 3000 });
  const envelope = profileChunk(chunk);
  await sendWith({}, envelope);
  const bytes = Math.ceil(largest()[limit] / 4);
  const stats = await sendWith({ [limit]: bytes }, envelope);
  expect(stats).toMatchObject({ captured: 1, delivered: 1, oversized: { split: 1, thinned: 0 } });
  expect(largest()[limit]).toBeLessThanOrEqual(bytes);
  const parts = profilesOf();
  expect(parts.length).toBeGreaterThanOrEqual(4);
  // Each of them lists most of the 300 functions.
  expect(parts.length).toBeLessThan(20);
  expect(new Set(parts.map((part) => part.chunk_id)).size).toBe(parts.length);
  expect(new Set(parts.map((part) => part.profiler_id)).size).toBe(1);
  expect(new Set(relay.requests.map((request) => request.envelopeHeader?.event_id)).size).toBe(parts.length);
  expect(withoutRepeats(parts).flatMap(resolveSamples)).toEqual(resolveSamples(chunk));
  expect(stats.bytes.encoded).toBe(relay.items.reduce((sum, item) => sum + item.sizeBytes, 0));
  expect(stats.bytes.sent).toBe(relay.totals.bytesCompressed);
});

test('a chunk goes on with what travels beside it, once', async () => {
  const envelope = profileChunk({ profile: incompressibleLists(100) });
  envelope[1].unshift([{ type: 'attachment', length: 3, filename: 'a.txt' }, Buffer.from('a\nb')]);
  await sendWith({ maxItemBytes: 20_000 }, envelope);
  expect(relay.counts.attachment).toBe(1);
  expect(relay.counts.profile_chunk).toBeGreaterThan(3);
});

test('a thinned profile keeps its ends, its samples are some of those it had, and the loss is told', async () => {
  const profile = realisticProfile({ samples: 2900, format: 'v1' });
  const all = resolveSamples(profile).map((sample) => JSON.stringify(sample));
  const { oversized } = await sendWith({ maxItemBytes: 60_000 }, profiledTransaction(profile));
  const [thinned] = profilesOf();
  const kept = resolveSamples(thinned).map((sample) => JSON.stringify(sample));
  const positions = kept.map((sample) => all.indexOf(sample));
  expect(positions).toEqual([...positions].sort((a, b) => a - b));
  expect(positions).not.toContain(-1);
  expect([positions[0], positions.at(-1)]).toEqual([0, all.length - 1]);
  expect(largest().maxItemBytes).toBeGreaterThan(50_000);
  expect(oversized.sampleShare).toBeCloseTo(kept.length / all.length);
  expect(oversized.selfTimeDistance).toBeGreaterThan(0);
  expect(oversized.selfTimeDistance).toBeLessThan(1);
});

test('when only the ends of its time are left, stacks get shallower, from the root on', async () => {
  const depth = 2000;
  const profile = {
    samples: [1, 2, 3].map((i) => ({
      stack_id: i - 1,
      thread_id: '0',
      elapsed_since_start_ns: String(i * 1_000_000),
    })),
    stacks: [0, 1, 2].map((i) => Array.from({ length: depth }, (_, entry) => i * depth + entry)),
    frames: Array.from({ length: 3 * depth }, (_, i) => ({ function: `function_${i}` })),
    thread_metadata: { '0': { name: 'main' } },
  };
  const stats = await sendWith({ maxItemBytes: 20_000 }, profiledTransaction({ profile }));
  expect(stats).toMatchObject({ delivered: 1, oversized: { thinned: 1, selfTimeDistance: 0.5 } });
  const [{ profile: thinned }] = profilesOf();
  expect(thinned.samples).toHaveLength(2);
  expect(thinned.stacks[0].length).toBeGreaterThan(100);
  expect(thinned.stacks[0].length).toBeLessThan(depth);
  expect(thinned.frames[thinned.stacks[1][0]].function).toBe(`function_${2 * depth}`);
  expect(largest().maxItemBytes).toBeLessThanOrEqual(20_000);
});

test('a profile of which nothing useful would be left is dropped, and its transaction goes alone', async () => {
  const lists = incompressibleLists(1, 'transaction');
  const stats = await sendWith({ maxItemBytes: 1024 }, profiledTransaction({ profile: lists }));
  expect(stats).toMatchObject({ delivered: 0, dropped: { 'too-large': 1 } });
  expect(relay.counts).toMatchObject({ transaction: 1 });
  expect(relay.counts.profile).toBeUndefined();
});

test('a transaction that alone is too large is none of our business, and passes', async () => {
  const envelope = profiledTransaction();
  const transaction = envelope[1][0]?.[1] as Payload;
  transaction.extra = { filler: 'x'.repeat(50_000) };
  const stats = await sendWith({ maxEnvelopeBytes: 40_000 }, envelope);
  expect(stats).toMatchObject({ delivered: 0, dropped: { 'too-large': 1 } });
  expect(relay.counts).toMatchObject({ transaction: 1 });
});

test('a chunk of which one sample alone is too large counts once, and is told of once', async () => {
  const lists = incompressibleLists(20);
  lists.frames[13].function = 'f'.repeat(10_000);
  const { client, transport, stats } = createClient(relay.dsn, { maxItemBytes: 4000 });
  await transport.send(profileChunk({ profile: lists }) as never);
  await client.flush(10_000);
  await client.flush(10_000);
  expect(stats()).toMatchObject({ captured: 1, delivered: 0, pending: 0, dropped: { 'too-large': 1 } });
  expect(stats().memory.heldBytes).toBe(0);
  const reports = relay.items.flatMap(({ type, json }) => (type === 'client_report' ? [json] : []));
  expect(reports).toMatchObject([
    { discarded_events: [{ reason: 'send_error', category: 'profile_chunk', quantity: 1 }] },
  ]);
});

test('what all parts repeat does not make them small for ever', async () => {
  const envelope = profileChunk({ profile: incompressibleLists(400), options: { note: 'm'.repeat(60_000) } });
  await sendWith({ maxItemBytes: 100_000 }, envelope);
  // About 50 samples have room in one.
  expect(relay.counts.profile_chunk).toBeGreaterThan(7);
  expect(relay.counts.profile_chunk).toBeLessThan(30);
});

test('a chunk of which one part is refused has not arrived: counted once, for that reason', async () => {
  const { client, transport, stats } = createClient(relay.dsn, { maxItemBytes: 20_000 });
  await transport.send(profileChunk({ profile: incompressibleLists(400) }) as never);
  await relay.waitFor(({ requests }) => requests.length === 1);
  relay.behave({ kind: 'status', status: 400 });
  await client.flush(10_000);
  expect(relay.counts.profile_chunk).toBeGreaterThan(0);
  expect(relay.totals.status[400]).toBeGreaterThan(0);
  expect(stats()).toMatchObject({
    captured: 1,
    delivered: 0,
    pending: 0,
    dropped: { total: 1, rejected: 1 },
  });
  expect(stats().memory.heldBytes).toBe(0);
});

test('close in the midst of parts ends them all: counted once, as shutdown', async () => {
  const { client, transport, stats } = createClient(relay.dsn, { maxItemBytes: 20_000 });
  relay.behave({ kind: 'silent' });
  await transport.send(profileChunk({ profile: incompressibleLists(400) }) as never);
  await relay.waitFor(({ heldRequests }) => heldRequests >= 2);
  expect(stats()).toMatchObject({ captured: 1, delivered: 0, pending: 1, dropped: { total: 0 } });
  expect(stats().memory.heldBytes).toBeGreaterThan(20_000);
  await client.close(50);
  expect(stats()).toMatchObject({
    captured: 1,
    delivered: 0,
    pending: 0,
    dropped: { total: 1, shutdown: 1 },
    memory: { heldBytes: 0 },
  });
});
