import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
  createEnvelope,
  createTransport,
  dsnFromString,
  type Envelope,
  getEnvelopeEndpointWithUrlEncodedAuth,
} from '@sentry/core';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, test } from 'vitest';
import { chunkEnvelope, type ExampleEnvelope, transactionEnvelope, writeEnvelope } from './relay/examples.ts';
import type { Relay, RelayOptions } from './relay/index.ts';
import { RELAY_LIMITS, startRelay } from './relay/index.ts';
import { post } from './relay/post.ts';

const running: Relay[] = [];

async function start(options?: RelayOptions): Promise<Relay> {
  const relay = await startRelay(options);
  running.push(relay);
  return relay;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((relay) => relay.close()));
});

const CHUNK = writeEnvelope(chunkEnvelope());

function itemOf(type: string, sizeBytes: number): Buffer {
  return writeEnvelope({ header: {}, items: [{ header: { type }, payload: 'x'.repeat(sizeBytes - 2) }] });
}

describe('a normal relay', () => {
  test.each([transactionEnvelope, chunkEnvelope])(
    'takes %o from the transport of the SDK',
    async (example) => {
      const relay = await start();
      const dsn = dsnFromString(relay.dsn);
      if (dsn === undefined) {
        throw new Error(`not a DSN: ${relay.dsn}`);
      }
      const { pathname, search } = new URL(getEnvelopeEndpointWithUrlEncodedAuth(dsn));
      const transport = createTransport({ recordDroppedEvent: () => undefined }, async ({ body }) => {
        const { status } = await post(relay.url, Buffer.from(body), { path: pathname + search });
        return { statusCode: status };
      });
      const { header, items } = example();
      const pairs = items.map((item) => [item.header, item.payload]);
      const answer = await transport.send(createEnvelope(header, pairs as never) as Envelope);

      expect(answer.statusCode).toBe(200);
      expect(relay.requests[0]?.error).toBeUndefined();
      expect(relay.invalid).toEqual([]);
      expect(relay.items.map(({ json }) => json)).toEqual(items.map(({ payload }) => payload));
      expect(relay.counts).toEqual(Object.fromEntries(items.map((item) => [item.header.type, 1])));
    },
  );

  test('takes a gzipped body and counts both of its sizes', async () => {
    const relay = await start();
    const body = gzipSync(CHUNK);
    const { status } = await post(relay.url, body, { headers: { 'Content-Encoding': 'gzip' } });
    expect(status).toBe(200);
    expect(relay.totals).toEqual({
      requests: 1,
      bytesCompressed: body.length,
      bytesDecompressed: CHUNK.length,
      status: { 200: 1 },
    });
    expect(relay.requests[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-encoding': 'gzip', 'content-length': String(body.length) },
      status: 200,
      bytesCompressed: body.length,
      bytesDecompressed: CHUNK.length,
      envelopeHeader: chunkEnvelope().header,
      items: [{ type: 'profile_chunk' }],
    });
  });

  test('speaks TLS', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'relay' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const relay = await start({ tls: { key, cert } });
    expect(relay.dsn).toMatch(/^https:/);
    expect((await post(relay.url, CHUNK, { ca: cert })).status).toBe(200);
  });

  test('holds no items when told so, and shows each once', async () => {
    const shown: string[] = [];
    const relay = await start({ keepItems: false, onItem: ({ type }) => shown.push(type) });
    await post(relay.url, CHUNK);
    expect(relay.items).toEqual([]);
    expect(shown).toEqual(['profile_chunk']);
    expect(relay.counts).toEqual({ profile_chunk: 1 });
  });

  test.each<[string, number]>([
    ['as Relay does', 200],
    ['as it was told', 400],
  ])('records an invalid profile and answers %s', async (_, statusForInvalid) => {
    const relay = await start({ statusForInvalid });
    const envelope = chunkEnvelope();
    envelope.items[0]?.payload.profile.stacks.push([99]);
    expect((await post(relay.url, writeEnvelope(envelope))).status).toBe(statusForInvalid);
    expect(relay.invalid).toMatchObject([
      { type: 'profile_chunk', problems: [expect.stringMatching(/frame 99/)] },
    ]);
  });

  test('records an item that is not JSON, and keeps one that need not be', async () => {
    const relay = await start();
    const attachment = '{"type":"attachment","length":3}\n{{{';
    await post(relay.url, `{}\n{"type":"event","length":3}\n{{{\n${attachment}`);
    expect(relay.invalid).toMatchObject([{ type: 'event', problems: [expect.stringMatching(/not JSON/)] }]);
    expect(relay.items[1]?.bytes).toEqual(Buffer.from('{{{'));
  });
});

describe('a request that breaks a rule', () => {
  const gzip = { 'content-encoding': 'gzip' };

  test.each<[string, number, RegExp, Buffer, Record<string, string>?]>([
    [
      'two gzip members',
      400,
      /follow the first member/,
      Buffer.concat([gzipSync(CHUNK), gzipSync('')]),
      gzip,
    ],
    ['a wrong length', 400, /only \d+ bytes follow/, Buffer.from('{}\n{"type":"event","length":9}\n{}')],
    ['what the SDK itself cannot read', 400, /core/, Buffer.from('{}\n{"type":"attachment"}\nno JSON')],
    ['an unknown encoding', 415, /content-encoding "br"/, CHUNK, { 'content-encoding': 'br' }],
    ['an event over 1 MiB', 413, /event: 1048577 bytes/, itemOf('event', RELAY_LIMITS.maxEventBytes + 1)],
    ['a transaction over 1 MiB', 413, /transaction/, itemOf('transaction', RELAY_LIMITS.maxEventBytes + 1)],
    ['a client report over 4 KiB', 413, /client_report: 4097/, itemOf('client_report', 4097)],
    ['a profile over 50 MiB', 413, /profile: /, itemOf('profile', RELAY_LIMITS.maxProfileBytes + 1)],
    [
      'a chunk over 50 MiB',
      413,
      /profile_chunk: /,
      itemOf('profile_chunk', RELAY_LIMITS.maxProfileBytes + 1),
    ],
    [
      'an envelope over 200 MiB',
      413,
      /decompressed/,
      gzipSync(Buffer.alloc(RELAY_LIMITS.maxEnvelopeBytes + 1)),
      gzip,
    ],
  ])('is refused: %s', async (_, status, error, body, headers = {}) => {
    const relay = await start();
    expect((await post(relay.url, body, { headers })).status).toBe(status);
    expect(relay.requests[0]).toMatchObject({ status, error: expect.stringMatching(error) });
    expect(relay.items).toEqual([]);
  });

  test('is taken at exactly the limit, which can be set', async () => {
    const relay = await start({ limits: { maxEventBytes: 10 } });
    expect((await post(relay.url, itemOf('event', 10))).status).toBe(200);
    expect((await post(relay.url, itemOf('event', 11))).status).toBe(413);
  });

  test('is refused with two chunks in one envelope, or an event beside a transaction', async () => {
    const relay = await start();
    const [chunk] = chunkEnvelope().items;
    const pair = (...items: (ExampleEnvelope['items'][number] | undefined)[]) =>
      writeEnvelope({ header: {}, items: items.flatMap((item) => item ?? []) });
    expect((await post(relay.url, pair(chunk, chunk))).status).toBe(413);
    const event = { header: { type: 'event' }, payload: {} };
    expect((await post(relay.url, pair(event, transactionEnvelope().items[0]))).status).toBe(413);
  });

  test('is refused by the proxy for its compressed size, without a look at the body', async () => {
    const relay = await start({ limits: { maxBodyBytes: CHUNK.length - 1 } });
    expect((await post(relay.url, CHUNK)).status).toBe(413);
    expect(relay.requests[0]).toMatchObject({ error: expect.stringMatching(/as sent/), bytesCompressed: 0 });
    expect((await post(relay.url, CHUNK.subarray(1))).status).toBe(400);
  });

  test('is refused by the proxy when it grows over the size, sent in chunks', async () => {
    const relay = await start({ limits: { maxBodyBytes: CHUNK.length - 1 } });
    const headers = { 'transfer-encoding': 'chunked' };
    expect((await post(relay.url, CHUNK, { headers })).status).toBe(413);
    expect(relay.requests[0]?.error).toMatch(/as sent/);
  });

  test('is recorded when its body is shorter than its content-length', async () => {
    const relay = await start();
    const socket = connect(relay.port, '127.0.0.1');
    socket.end('POST /api/1/envelope/ HTTP/1.1\r\nhost: relay\r\ncontent-length: 100\r\n\r\n{}');
    await relay.waitFor(({ requests }) => requests[0]?.error !== undefined);
    expect(relay.requests[0]?.error).toBe('the body broke off after 2 bytes of content-length 100');
    expect(relay.protocolErrors).toEqual([]);
  });

  test('is recorded when it is not HTTP', async () => {
    const relay = await start();
    connect(relay.port, '127.0.0.1').end('garbage\r\n\r\n');
    await relay.waitFor(({ protocolErrors }) => protocolErrors.length > 0);
    expect(relay.requests).toEqual([]);
  });

  test.each([
    ['another path', 404, { path: '/api/1/store/' }],
    ['another key', 401, { path: '/api/1/envelope/?sentry_key=abc' }],
    ['no key', 401, { path: '/api/1/envelope/' }],
    ['another method', 405, { method: 'PUT' }],
  ])('is refused at %s', async (_, status, options) => {
    const relay = await start();
    expect((await post(relay.url, CHUNK, options)).status).toBe(status);
  });

  test('is taken at another path as from a tunnel, by the DSN in its envelope', async () => {
    const relay = await start();
    const { items } = chunkEnvelope();
    const body = writeEnvelope({ header: { dsn: relay.dsn }, items });
    expect((await post(relay.url, body, { path: '/tunnel' })).status).toBe(200);
  });
});
