import {
  createTransport,
  type Envelope,
  parseEnvelope,
  serializeEnvelope,
  type TransportRequestExecutor,
} from '@sentry/core';
import { expect, test } from 'vitest';
import type { BoundedProfilingOptions } from '../../src/index.ts';
import type { Profile } from '../../src/profile/types.ts';
import { createClient, type TestClient } from '../support/client.ts';
import { errorEvent, incompressibleLists, profileChunk, profiledTransaction } from '../support/envelopes.ts';
import { withoutRepeats } from '../support/parts.ts';

const DSN = 'http://0123456789abcdef0123456789abcdef@127.0.0.1:9/1';

/** A client whose user brought a transport that answers by this function; `bodies` are the bodies that it would have sent. */
function clientWithTransport(
  answer: TransportRequestExecutor,
  bounded: BoundedProfilingOptions = {},
): TestClient & { bodies: Envelope[]; bodyBytes: number[] } {
  const bodies: Envelope[] = [];
  const bodyBytes: number[] = [];
  const client = createClient(DSN, bounded, {
    transport: (options: Parameters<typeof createTransport>[0]) =>
      createTransport(options, (request) => {
        bodies.push(parseEnvelope(request.body));
        bodyBytes.push(Buffer.byteLength(request.body));
        return answer(request);
      }),
  } as never);
  return { ...client, bodies, bodyBytes };
}

test('a transport of the user’s own gets the envelope with the profile as encoded bytes', async () => {
  const { client, send, stats, bodies, bodyBytes } = clientWithTransport(() =>
    Promise.resolve({ statusCode: 200 }),
  );
  const envelope = profiledTransaction();
  const profile = structuredClone(envelope[1][1]?.[1]);
  await send(envelope);
  await client.flush(5000);
  const [body] = bodies as unknown as [[object, [{ type: string; length?: number }, unknown][]]];
  const [transactionItem, profileItem] = body[1];
  expect(transactionItem?.[0]).toEqual({ type: 'transaction' });
  const payload = Buffer.from(profileItem?.[1] as Uint8Array);
  expect(profileItem?.[0]).toEqual({ type: 'profile', length: payload.length });
  const received = JSON.parse(payload.toString());
  expect(received).toMatchObject({ event_id: profile.event_id, transaction: profile.transaction });
  expect(stats()).toMatchObject({ delivered: 1, capabilities: { streamingUpload: false } });
  expect(stats().bytes.encoded).toBe(payload.length);
  expect(stats().bytes.sent).toBe(bodyBytes[0]);
});

test('an offline store or double that answers with nothing has accepted the profile', async () => {
  const { client, transport, stats } = clientWithTransport(() => Promise.resolve({}));
  await transport.send(profileChunk() as never);
  await client.flush(5000);
  expect(stats()).toMatchObject({ captured: 1, delivered: 1 });
});

test('what such a transport is refused is counted, and a 413 costs no transaction', async () => {
  const { client, send, stats, bodies } = clientWithTransport(({ body }) =>
    Promise.resolve({ statusCode: body.length > 2000 ? 413 : 200 }),
  );
  await send(profiledTransaction({ release: 'r'.repeat(2000) }));
  await client.flush(5000);
  const types = bodies.map(([, items]) => items.map(([header]) => header.type));
  expect(types.slice(0, 2)).toEqual([['transaction', 'profile'], ['transaction']]);
  const reports = bodies.flatMap(([, items]) => items.filter(([header]) => header.type === 'client_report'));
  // The SDK's own function has counted the refused envelope, whose transaction has arrived since.
  expect(reports).toMatchObject([
    [{}, { discarded_events: [{ reason: 'send_error', category: 'profile', quantity: 1 }] }],
  ]);
  expect(stats()).toMatchObject({ captured: 1, delivered: 0, dropped: { 'too-large': 1 } });
});

test('what such a transport fails at is counted as network', async () => {
  const { client, send, stats } = clientWithTransport(() => Promise.reject(new Error('no network')));
  await send(profiledTransaction());
  await client.flush(5000);
  expect(stats()).toMatchObject({
    captured: 1,
    pending: 0,
    dropped: { network: 1 },
    memory: { heldBytes: 0 },
  });
});

test('a transport that is a class with inherited methods is wrapped and put back', async () => {
  class Transport {
    sent: unknown[] = [];
    send(envelope: unknown): Promise<object> {
      this.sent.push(envelope);
      return Promise.resolve({});
    }
    flush(): Promise<boolean> {
      return Promise.resolve(true);
    }
  }
  const mine = new Transport();
  const { client, send, stats } = createClient(DSN, {}, { transport: () => mine as never });
  await send(profiledTransaction());
  await client.flush(1000);
  expect(stats()).toMatchObject({ delivered: 1 });
  expect(mine.sent).toHaveLength(1);
  await client.close(1000);
  expect(Object.hasOwn(mine, 'send')).toBe(false);
});

test('a transport that can’t be wrapped is left alone, and everything goes out', async () => {
  const sent: unknown[] = [];
  const frozen = Object.freeze({
    send: (envelope: unknown) => {
      sent.push(envelope);
      return Promise.resolve({});
    },
    flush: () => Promise.resolve(true),
  });
  const { client, send } = createClient(DSN, {}, { transport: () => frozen as never });
  await send(profiledTransaction());
  await client.flush(1000);
  expect(sent).toHaveLength(1);
});

test.each([
  { name: 'resolves to nothing', answer: () => Promise.resolve(undefined) },
  { name: 'returns nothing', answer: () => undefined },
  {
    name: 'resolves to a list of rate limits',
    answer: () => Promise.resolve({ headers: { 'x-sentry-rate-limits': ['60'] } }),
  },
])('a transport whose send $name is survived', async ({ answer }) => {
  const sent: unknown[] = [];
  const odd = {
    send: (envelope: unknown) => {
      sent.push(envelope);
      return answer();
    },
    flush: () => Promise.resolve(true),
  };
  const { client, transport, stats } = createClient(DSN, {}, { transport: () => odd as never });
  void transport.send(errorEvent('plain') as never);
  await transport.send(profileChunk() as never);
  await client.flush(1000);
  expect(sent).toHaveLength(2);
  expect(stats()).toMatchObject({ captured: 1, delivered: 1 });
});

test('rate limits in its answers to profiles are learned', async () => {
  const headers = { 'x-sentry-rate-limits': '60:profile_chunk:organization', 'retry-after': null };
  const { client, transport, stats, bodies } = clientWithTransport(() =>
    Promise.resolve({ statusCode: 200, headers }),
  );
  await transport.send(profileChunk() as never);
  await transport.send(profileChunk() as never);
  await client.flush(5000);
  expect(bodies.flatMap(([, items]) => items.map(([header]) => header.type))).toEqual([
    'profile_chunk',
    'client_report',
  ]);
  expect(stats()).toMatchObject({ captured: 2, delivered: 1, dropped: { 'rate-limited': 1 } });
});

test('limits hold for what such a transport is given, before compression: whether it compresses is not known', async () => {
  const maxRequestBytes = 20_000;
  const { client, transport, stats, bodyBytes, bodies } = clientWithTransport(
    () => Promise.resolve({ statusCode: 200 }),
    { maxRequestBytes },
  );
  const chunk = profileChunk({ profile: incompressibleLists(100) });
  const sent = chunk[1][0]?.[1].profile.samples;
  await transport.send(chunk as never);
  await client.flush(5000);
  expect(Math.max(...bodyBytes)).toBeLessThanOrEqual(maxRequestBytes);
  expect(Math.max(...bodyBytes)).toBeGreaterThan(0.8 * maxRequestBytes);
  const parts = bodies.flatMap(([, items]) =>
    items.map(([, payload]) => JSON.parse(Buffer.from(payload as Uint8Array).toString()) as Profile),
  );
  const samples = withoutRepeats(parts).flatMap(({ profile }) => profile.samples);
  expect(samples).toHaveLength(sent.length);
  expect(stats()).toMatchObject({ captured: 1, delivered: 1, oversized: { split: 1 } });
});

test('a 413 that such a transport tells of lowers the limit', async () => {
  const { client, transport, stats } = clientWithTransport(({ body }) =>
    Promise.resolve({ statusCode: body.length > 1024 * 1024 ? 413 : 200 }),
  );
  for (let i = 0; i < 3; i++)
    await transport.send(profileChunk({ profile: incompressibleLists(2500) }) as never);
  await client.flush(20_000);
  expect(stats().limits.requestBytes).toBe(960 * 1024);
  expect(stats()).toMatchObject({ captured: 3, delivered: 2, dropped: { 'too-large': 1 } });
});

test('what such a transport fails at ahead of the parts is nobody’s unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listen);
  let calls = 0;
  const { client, transport, stats } = clientWithTransport(
    () => (++calls === 1 ? Promise.reject(new Error('no network')) : Promise.resolve({ statusCode: 400 })),
    { maxItemBytes: 20_000 },
  );
  const envelope = profileChunk({ profile: incompressibleLists(100) });
  envelope[1].unshift([{ type: 'attachment', length: 3, filename: 'a.txt' }, Buffer.from('a\nb')]);
  await transport.send(envelope as never);
  await client.flush(5000);
  await new Promise(setImmediate);
  process.off('unhandledRejection', listen);
  expect(unhandled).toEqual([]);
  expect(stats()).toMatchObject({ captured: 1, pending: 0, dropped: { total: 1, rejected: 1 } });
});

test('a store that writes envelopes with JSON.stringify, and one with serializeEnvelope, get the same profile back', async () => {
  const stored: string[] = [];
  const store = {
    send: (envelope: Envelope) => {
      stored.push(JSON.stringify(envelope));
      return Promise.resolve({});
    },
    flush: () => Promise.resolve(true),
  };
  const { client, send } = createClient(DSN, {}, { transport: () => store as never });
  const envelope = profiledTransaction({ release: 'ü€😀' });
  const [transaction] = structuredClone(envelope[1].map(([, payload]) => payload));
  await send(envelope);
  await client.flush(5000);
  const restored = JSON.parse(stored[0] as string) as Envelope;
  const [, items] = parseEnvelope(serializeEnvelope(restored));
  expect(items.map(([{ type }]) => type)).toEqual(['transaction', 'profile']);
  expect(items[0]?.[1]).toEqual(transaction);
  const profile = Buffer.from(items[1]?.[1] as Uint8Array).toString();
  expect(JSON.parse(profile)).toMatchObject({ release: 'ü€😀' });
});

test.each([
  ['a symbol', Symbol('60')],
  ['an object', {}],
])('a header of its answer that is %s is survived', async (_, header) => {
  const odd = {
    send: () => Promise.resolve({ statusCode: 200, headers: { 'x-sentry-rate-limits': header } }),
    flush: () => Promise.resolve(true),
  };
  const { client, send, stats } = createClient(DSN, {}, { transport: () => odd as never });
  await send(profiledTransaction());
  await client.flush(1000);
  expect(stats()).toMatchObject({ captured: 1, delivered: 1 });
});

test.each([
  ['null', null],
  [
    'something that throws when it is looked at',
    Object.defineProperty({}, 'statusCode', {
      get: () => {
        throw new Error('no');
      },
    }),
  ],
])('an answer %s to a transaction alone is nobody’s unhandled rejection', async (_, answer) => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listen);
  const odd = { send: () => Promise.resolve(answer), flush: () => Promise.resolve(true) };
  const { client, send } = createClient(DSN, {}, { transport: () => odd as never });
  void send(profiledTransaction({ profile: { samples: [], stacks: [], frames: [] } }));
  void send(profiledTransaction());
  await client.flush(1000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', listen);
  expect(unhandled).toEqual([]);
});

test('a transport that reports nothing is not believed to have: an earlier loss stays, and the profile is told', async () => {
  const plain = { send: () => Promise.resolve({ statusCode: 413 }), flush: () => Promise.resolve(true) };
  const { client, send, stats } = createClient(DSN, {}, { transport: () => plain as never });
  client.recordDroppedEvent('send_error', 'transaction');
  await send(profiledTransaction());
  await expect.poll(() => stats().dropped).toEqual({ total: 1, 'too-large': 1 });
  const { _outcomes } = client as unknown as { _outcomes: object };
  expect(_outcomes).toEqual({ 'send_error:transaction': 1, 'send_error:profile': 1 });
});

test('a profile that a full buffer has thrown away is not delivered', async () => {
  const { client, send, stats } = clientWithTransport(() => new Promise(() => {}));
  for (let i = 0; i < 70; i++) void send(profiledTransaction());
  await expect.poll(() => stats().dropped).toEqual({ total: 6, rejected: 6 });
  expect(stats().delivered).toBe(0);
  await client.close(10);
});
