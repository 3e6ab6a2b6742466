import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Drop } from '../../src/index.ts';
import { createClient } from '../support/client.ts';
import { incompressibleLists, profileChunk, profiledTransaction } from '../support/envelopes.ts';
import { type Behaviour, type Relay, startRelay } from '../support/relay/index.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

/** Answers by the behaviour for as long as envelopes have a profile, then normally. */
async function sendRefused(
  behaviour: Behaviour,
): Promise<{ drops: Drop[]; stats: object; reports: unknown[] }> {
  const drops: Drop[] = [];
  const { client, send, stats } = createClient(relay.dsn, { onDrop: (drop) => drops.push(drop) });
  relay.behave(behaviour);
  const response = send(profiledTransaction());
  await relay.waitFor(({ requests }) => requests.length === 1);
  relay.behave({ kind: 'normal' });
  await response;
  await client.flush(5000);
  await client.flush(5000);
  const reports = relay.items.flatMap((item) => (item.type === 'client_report' ? [item.json] : []));
  return { drops, stats: stats(), reports };
}

test('413 costs the profile, not its transaction', async () => {
  const { drops, stats, reports } = await sendRefused({ kind: 'status', status: 413 });
  expect(relay.counts).toMatchObject({ transaction: 1 });
  expect(relay.counts.profile).toBeUndefined();
  expect(drops).toMatchObject([{ reason: 'too-large', format: 'transaction' }]);
  expect(stats).toMatchObject({ captured: 1, delivered: 0, pending: 0, dropped: { 'too-large': 1 } });
  expect(stats).toMatchObject({ memory: { heldBytes: 0 } });
  expect(reports).toMatchObject([
    { discarded_events: [{ reason: 'send_error', category: 'profile', quantity: 1 }] },
  ]);
});

test.each([301, 400, 403, 404, 500, 502, 503, 504])(
  '%i discards the whole envelope, asked for once, and all of it is reported',
  async (status) => {
    const { drops, stats, reports } = await sendRefused({ kind: 'status', status });
    expect(
      relay.requests.filter(({ items }) => items.some(({ type }) => type === 'transaction')),
    ).toHaveLength(1);
    expect(drops).toMatchObject([{ reason: 'rejected', format: 'transaction', detail: `HTTP ${status}` }]);
    expect(stats).toMatchObject({
      captured: 1,
      delivered: 0,
      pending: 0,
      dropped: { total: 1, rejected: 1 },
    });
    expect(stats).toMatchObject({ memory: { heldBytes: 0 } });
    expect(reports).toMatchObject([
      {
        discarded_events: [
          { reason: 'send_error', category: 'profile', quantity: 1 },
          { reason: 'send_error', category: 'transaction', quantity: 1 },
        ],
      },
    ]);
  },
);

test('429 means the whole envelope, which the server has counted already', async () => {
  const { drops, stats, reports } = await sendRefused({ kind: 'rate-limited', retryAfter: '60' });
  expect(relay.counts.transaction).toBeUndefined();
  expect(drops).toMatchObject([{ reason: 'rate-limited' }]);
  expect(stats).toMatchObject({ dropped: { 'rate-limited': 1 } });
  expect(reports).toEqual([]);
});

test('a rate limit on profiles takes them out and lets transactions pass', async () => {
  const { client, send, stats } = createClient(relay.dsn);
  relay.behave({ kind: 'rate-limited', status: 200, header: '60:profile:organization' });
  await send(profiledTransaction());
  relay.behave({ kind: 'normal' });
  await send(profiledTransaction());
  await client.flush(5000);
  expect(relay.counts).toMatchObject({ transaction: 2, profile: 1 });
  expect(stats()).toMatchObject({ captured: 2, delivered: 1, dropped: { 'rate-limited': 1 } });
});

test('a rate limit on profile_chunk is honoured, which the SDK itself does not know', async () => {
  const { client, transport, stats } = createClient(relay.dsn);
  relay.behave({ kind: 'rate-limited', header: '60:profile_chunk:organization' });
  await transport.send(profileChunk() as never);
  relay.behave({ kind: 'normal' });
  for (let i = 0; i < 3; i++) await transport.send(profileChunk() as never);
  await client.flush(5000);
  expect(relay.counts.profile_chunk).toBeUndefined();
  expect(relay.items).toMatchObject([
    { json: { discarded_events: [{ reason: 'ratelimit_backoff', category: 'profile_chunk', quantity: 3 }] } },
  ]);
  expect(stats()).toMatchObject({ captured: 4, dropped: { 'rate-limited': 4 } });
});

test('what the SDK’s own requests are told of rate limits is learned too', async () => {
  const { client, send, stats } = createClient(relay.dsn);
  relay.behave({ kind: 'rate-limited', status: 200, header: '60:profile:organization' });
  const [header, items] = profiledTransaction();
  await send([header, items.slice(0, 1)]);
  relay.behave({ kind: 'normal' });
  await send(profiledTransaction());
  await client.flush(5000);
  expect(relay.counts).toMatchObject({ transaction: 2 });
  expect(stats()).toMatchObject({ captured: 1, dropped: { 'rate-limited': 1 } });
});

test('what onDrop throws is swallowed', async () => {
  const { client, send, stats } = createClient(relay.dsn, {
    maxItemBytes: 1024,
    onDrop: () => {
      throw new Error('from the user');
    },
  });
  await send(profiledTransaction({ profile: incompressibleLists(1, 'transaction') }));
  await client.flush(5000);
  expect(relay.counts).toMatchObject({ transaction: 1 });
  expect(stats()).toMatchObject({ dropped: { total: 1, 'too-large': 1 } });
});

test('a drop tells the id and the size of the item', async () => {
  const drops: Drop[] = [];
  const { client, transport } = createClient(relay.dsn, {
    maxItemBytes: 1024,
    onDrop: (drop) => drops.push(drop),
  });
  const envelope = profileChunk({ profile: incompressibleLists(1) });
  const chunk = envelope[1][0]?.[1];
  const bytes = Buffer.byteLength(JSON.stringify(chunk));
  await transport.send(envelope as never);
  await client.flush(5000);
  expect(drops).toMatchObject([{ reason: 'too-large', format: 'chunk', id: chunk.chunk_id, bytes }]);
  expect(drops[0]?.detail).toMatch(/maxItemBytes 1024/);
});

// Core's own parser, by which the relay answers too, can't read an empty item, so the sizes as sent are compared.
test('what travels beside a refused profile comes back whole, with a fresh sent_at', async () => {
  relay.behave({ kind: 'status', status: 413 });
  const { client, send } = createClient(relay.dsn);
  const [header, items] = profiledTransaction();
  header.sent_at = '2001-01-01T00:00:00.000Z';
  const attachments = [Buffer.from('a\nb'), Buffer.alloc(0)].map((data, i) => [
    { type: 'attachment', length: data.length, filename: `${i}.txt` },
    data,
  ]);
  const response = send([header, [...items, ...attachments]]);
  await relay.waitFor(({ requests }) => requests.length === 1);
  relay.behave({ kind: 'normal' });
  await response;
  await client.flush(5000);
  const [, resent] = relay.requests;
  expect(resent?.items.map(({ type, sizeBytes }) => [type, sizeBytes])).toEqual([
    ['transaction', Buffer.byteLength(JSON.stringify(items[0]?.[1]))],
    ['attachment', 3],
    ['attachment', 0],
  ]);
  expect(Date.parse(String(resent?.envelopeHeader?.sent_at))).toBeGreaterThan(Date.parse('2020-01-01'));
});

test('what an async onDrop rejects with is swallowed', async () => {
  const { client, send, stats } = createClient(relay.dsn, {
    maxItemBytes: 1024,
    onDrop: async () => {
      throw new Error('from the user');
    },
  });
  await send(profiledTransaction({ profile: incompressibleLists(1, 'transaction') }));
  await client.flush(5000);
  expect(stats()).toMatchObject({ dropped: { total: 1, 'too-large': 1 } });
});

test.each(['attachment', 'error', 'span'])('a rate limit on %s leaves a profile alone', async (category) => {
  const { client, send, stats } = createClient(relay.dsn);
  relay.behave({ kind: 'rate-limited', status: 200, header: `60:${category}:organization` });
  await send(profiledTransaction());
  relay.behave({ kind: 'normal' });
  const [header, items] = profiledTransaction();
  await send([header, [...items, [{ type: 'attachment', length: 1, filename: 'a.txt' }, Buffer.from('a')]]]);
  await client.flush(5000);
  expect(stats()).toMatchObject({ captured: 2, delivered: 2 });
  expect(relay.counts).toMatchObject({ transaction: 2, profile: 2 });
  expect(relay.counts.attachment).toBe(category === 'attachment' ? undefined : 1);
});

test('a rate limit on profile_backend, as which Relay counts them too, is honoured', async () => {
  const { client, send, stats } = createClient(relay.dsn);
  relay.behave({ kind: 'rate-limited', status: 200, header: '60:profile_backend:organization' });
  await send(profiledTransaction());
  relay.behave({ kind: 'normal' });
  await send(profiledTransaction());
  await client.flush(5000);
  expect(stats()).toMatchObject({ captured: 2, delivered: 1, dropped: { 'rate-limited': 1 } });
  expect(relay.counts).toMatchObject({ transaction: 2, profile: 1 });
});

test('a rate limit on transactions that an upload was told of holds for all of them, and is reported', async () => {
  const { client, send, stats } = createClient(relay.dsn);
  relay.behave({ kind: 'rate-limited', status: 200, header: '60:transaction:organization' });
  await send(profiledTransaction());
  relay.behave({ kind: 'normal' });
  await send(profiledTransaction());
  const [header, items] = profiledTransaction();
  await send([header, items.slice(0, 1)]);
  await client.flush(5000);
  await client.flush(5000);
  expect(relay.counts).toMatchObject({ transaction: 1, profile: 1 });
  expect(stats()).toMatchObject({ captured: 2, delivered: 1, dropped: { 'rate-limited': 1 } });
  const reports = relay.items.filter(({ type }) => type === 'client_report').map(({ json }) => json);
  expect(reports).toMatchObject([
    {
      discarded_events: [
        { reason: 'ratelimit_backoff', category: 'transaction', quantity: 2 },
        { reason: 'ratelimit_backoff', category: 'profile', quantity: 1 },
      ],
    },
  ]);
});

test('a 413 to a transaction that is too large itself teaches nothing about bodies', async () => {
  relay.behave({ kind: 'status', status: 413 });
  const { client, send, stats } = createClient(relay.dsn);
  await send(profiledTransaction({ profile: incompressibleLists(2000, 'transaction') }));
  await client.flush(5000);
  const sent = relay.requests.filter(({ items }) => items.some(({ type }) => type === 'transaction'));
  expect(sent.map(({ items }) => items.length)).toEqual([2, 1]);
  expect(stats()).toMatchObject({ dropped: { 'too-large': 1 }, limits: { requestBytes: undefined } });
});
