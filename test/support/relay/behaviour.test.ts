import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { PUBLIC_KEY } from './address.ts';
import { chunkEnvelope, writeEnvelope } from './examples.ts';
import type { Behaviour, Relay, RelayCommand, RelayMessage } from './index.ts';
import { startRelay } from './index.ts';
import { post } from './post.ts';

const CHUNK = writeEnvelope(chunkEnvelope());
/** More than the sockets between two processes hold, so that it cannot be sent without being read. */
const LARGE = Buffer.alloc(64 * 1024 * 1024);

let relay: Relay | undefined;

async function startBehaving(behaviour: Behaviour): Promise<Relay> {
  relay = await startRelay();
  relay.behave(behaviour);
  return relay;
}

afterEach(async () => {
  await relay?.close();
  relay = undefined;
});

/** Posts a chunk and gives it up as soon as `isReached` says so. */
async function giveUpWhen(target: Relay, isReached: (relay: Relay) => boolean): Promise<void> {
  const client = new AbortController();
  const posted = post(target.url, CHUNK, { signal: client.signal });
  await target.waitFor(isReached);
  client.abort();
  await expect(posted).rejects.toThrow(/abort/);
  await target.waitFor(({ requests }) => requests.every(({ aborted }) => aborted));
}

describe('behaviour', () => {
  test('slow: answers as ever', async () => {
    const slow = await startBehaving({ kind: 'slow', delayMs: 20 });
    expect((await post(slow.url, CHUNK)).status).toBe(200);
    expect(slow.counts).toEqual({ profile_chunk: 1 });
  });

  test('slow: does not take what the client gave up', async () => {
    const slow = await startBehaving({ kind: 'slow', delayMs: 3_600_000 });
    await giveUpWhen(slow, ({ requests }) => requests[0]?.bytesDecompressed === CHUNK.length);
    expect(slow.counts).toEqual({});
    expect(slow.requests[0]?.status).toBeUndefined();
  });

  test('silent: holds requests through a change of behaviour until they are released', async () => {
    const silent = await startBehaving({ kind: 'silent' });
    const held = [post(silent.url, CHUNK), post(silent.url, CHUNK)];
    await silent.waitFor(({ heldRequests }) => heldRequests === 2);
    silent.behave({ kind: 'normal' });
    expect((await post(silent.url, CHUNK)).status).toBe(200);
    expect(silent).toMatchObject({ heldRequests: 2, counts: { profile_chunk: 1 } });

    expect(silent.release()).toBe(2);
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
    expect(silent).toMatchObject({ heldRequests: 0, counts: { profile_chunk: 3 } });
  });

  test('silent: forgets what the client gave up', async () => {
    const silent = await startBehaving({ kind: 'silent' });
    await giveUpWhen(silent, ({ heldRequests }) => heldRequests === 1);
    expect(silent.release()).toBe(0);
    expect(silent.counts).toEqual({});
    await silent.waitFor(({ openSockets }) => openSockets === 0);
  });

  test('rate-limited: answers 429 with the headers and takes nothing', async () => {
    const header = '60:profile_chunk:organization';
    const limited = await startBehaving({ kind: 'rate-limited', header, retryAfter: '60' });
    const answer = await post(limited.url, CHUNK);
    expect(answer).toMatchObject({
      status: 429,
      headers: { 'x-sentry-rate-limits': header, 'retry-after': '60' },
    });
    expect(limited.counts).toEqual({});
  });

  test('rate-limited: takes the envelope when it announces the limit with 200', async () => {
    const limited = await startBehaving({ kind: 'rate-limited', header: '60::key', status: 200 });
    const answer = await post(limited.url, CHUNK);
    expect(answer).toMatchObject({ status: 200, headers: { 'x-sentry-rate-limits': '60::key' } });
    expect(limited.counts).toEqual({ profile_chunk: 1 });
  });

  test.each([301, 400, 403, 413, 500, 503])('status %i: answers a page and takes nothing', async (status) => {
    const rude = await startBehaving({ kind: 'status', status });
    const answer = await post(rude.url, CHUNK);
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'text/html' } });
    expect(answer.body).toContain('<html>');
    expect(rude.counts).toEqual({});
    expect(rude.requests[0]).toMatchObject({ status, items: [{ type: 'profile_chunk' }] });
  });

  test('status above a size: leaves what is not larger to the rules', async () => {
    const choosy = await startBehaving({ kind: 'status', status: 413, aboveBytes: CHUNK.length });
    expect((await post(choosy.url, CHUNK)).status).toBe(200);
    expect((await post(choosy.url, `${CHUNK}\n`)).status).toBe(413);
    expect(choosy.counts).toEqual({ profile_chunk: 1 });
  });

  test('status above a size when decompressed: however small it was sent', async () => {
    const choosy = await startBehaving({ kind: 'status', status: 413, aboveExpandedBytes: CHUNK.length });
    expect((await post(choosy.url, CHUNK)).status).toBe(200);
    const padded = `${CHUNK}${'\n'.repeat(9)}`;
    expect(
      (await post(choosy.url, gzipSync(padded), { headers: { 'content-encoding': 'gzip' } })).status,
    ).toBe(413);
  });

  test('reset: cuts the connection on the body and answers nothing', async () => {
    const broken = await startBehaving({ kind: 'reset' });
    await expect(post(broken.url, LARGE)).rejects.toThrow();
    await broken.waitFor(({ requests }) => requests[0]?.error !== undefined);
    expect(broken.requests[0]).toMatchObject({ error: expect.stringMatching(/broke off/), aborted: true });
    expect(broken.totals.status).toEqual({});
  });

  test('reset: cuts the connection of a body that came at once', async () => {
    const broken = await startBehaving({ kind: 'reset' });
    await expect(post(broken.url, CHUNK)).rejects.toThrow();
    expect(broken.totals.status).toEqual({});
    expect(broken.counts).toEqual({});
  });

  test('reset, one in two: takes the others', async () => {
    const broken = await startBehaving({ kind: 'reset', oneIn: 2 });
    expect((await post(broken.url, CHUNK)).status).toBe(200);
    await expect(post(broken.url, CHUNK)).rejects.toThrow();
    expect(broken.counts).toEqual({ profile_chunk: 1 });
  });

  test('close-early: answers 413 without reading the body, and closes', async () => {
    const early = await startBehaving({ kind: 'close-early' });
    // Whether the answer or the broken connection comes first is not for the relay to say.
    const outcome = await post(early.url, LARGE).catch((error: NodeJS.ErrnoException) => error.code);
    expect([413, 'ECONNRESET', 'EPIPE']).toContain(typeof outcome === 'object' ? outcome.status : outcome);
    expect(early.requests[0]).toMatchObject({ status: 413, bytesCompressed: 0 });
    await early.waitFor(({ openSockets }) => openSockets === 0);
  });

  test('close-early: closes a connection that was to be kept, before any of the body was sent', async () => {
    const early = await startBehaving({ kind: 'close-early' });
    const socket = connect(early.port, '127.0.0.1');
    socket.write(
      'POST /api/1/envelope/ HTTP/1.1\r\nhost: relay\r\nconnection: keep-alive\r\ncontent-length: 9\r\n\r\n',
    );
    const chunks: Buffer[] = await socket.toArray();
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1.1 413 /);
  });

  test('garbage: takes the envelope and answers 200 with no JSON', async () => {
    const mad = await startBehaving({ kind: 'garbage' });
    const answer = await post(mad.url, CHUNK);
    expect(answer.status).toBe(200);
    expect(() => JSON.parse(answer.body)).toThrow(SyntaxError);
    expect(mad.counts).toEqual({ profile_chunk: 1 });
  });
});

/** Posts a chunk and returns the answer, in the pieces that it comes in, until the connection ends or that is enough. */
async function readPieces(port: number, isEnough = (_text: string) => false): Promise<string[]> {
  const socket = connect(port, '127.0.0.1');
  const head = `POST /api/1/envelope/?sentry_key=${PUBLIC_KEY} HTTP/1.1\r\nhost: relay\r\ncontent-length: ${CHUNK.length}`;
  socket.write(`${head}\r\n\r\n${CHUNK}`);
  const pieces: string[] = [];
  for await (const data of socket) {
    pieces.push(String(data));
    if (isEnough(pieces.join(''))) {
      break;
    }
  }
  return pieces;
}

describe('an answer that does not come to its end', () => {
  test('stop-mid-response, hang: takes the envelope, begins to answer, and keeps the connection', async () => {
    const stopping = await startBehaving({ kind: 'stop-mid-response', end: 'hang' });
    const pieces = await readPieces(stopping.port, (text) => text.endsWith('}'));
    expect(pieces.join('')).toMatch(/^HTTP\/1.1 200 OK\r\n.*content-length: 1048576\r\n.*\r\n\r\n\{"id":/s);
    expect(stopping).toMatchObject({ counts: { profile_chunk: 1 }, totals: { status: { 200: 1 } } });
    await stopping.waitFor(({ requests }) => requests[0]?.aborted === true);
  });

  test('stop-mid-response, cut: takes the envelope, begins to answer, and cuts the connection', async () => {
    const stopping = await startBehaving({ kind: 'stop-mid-response', end: 'cut' });
    await expect(post(stopping.url, CHUNK)).rejects.toThrow(/aborted|ECONNRESET/);
    expect(stopping).toMatchObject({ counts: { profile_chunk: 1 }, totals: { status: { 200: 1 } } });
    await stopping.waitFor(({ openSockets }) => openSockets === 0);
    expect(stopping.requests[0]?.aborted).toBe(true);
  });

  test('drip: gives a patient client the whole answer, byte by byte', async () => {
    const dripping = await startBehaving({ kind: 'drip', intervalMs: 1 });
    const pieces = await readPieces(dripping.port);
    expect(pieces.join('')).toMatch(/^HTTP\/1.1 200 OK\r\n.*\r\n\r\n\{"id":"\w+"\}$/s);
    expect(pieces.length).toBeGreaterThan(10);
    const answer = await post(dripping.url, CHUNK);
    expect(answer).toMatchObject({ status: 200, body: expect.stringMatching(/^\{"id":/) });
    expect(dripping.counts).toEqual({ profile_chunk: 2 });
  });

  test('drip: stops when the client has given up, and has taken the envelope all the same', async () => {
    const dripping = await startBehaving({ kind: 'drip', intervalMs: 3_600_000 });
    await giveUpWhen(dripping, ({ requests }) => requests[0]?.status === 200);
    expect(dripping.counts).toEqual({ profile_chunk: 1 });
    expect(dripping.protocolErrors).toEqual([]);
  });
});

describe('waitFor', () => {
  test('says at the timeout what there was', async () => {
    const idle = await startBehaving({ kind: 'normal' });
    await post(idle.url, CHUNK);
    const waiting = idle.waitFor(({ counts }) => counts.event === 1, 1);
    await expect(waiting).rejects.toThrow(/in vain for .*counts\.event.*"counts":\{"profile_chunk":1\}/);
  });

  test('ends with the relay, or with a predicate that throws', async () => {
    const closing = await startBehaving({ kind: 'normal' });
    const broken = closing.waitFor(() => {
      throw new Error('no such thing');
    });
    await expect(broken).rejects.toThrow('no such thing');
    const waiting = expect(closing.waitFor(() => false)).rejects.toThrow('the relay was closed');
    await closing.close();
    await waiting;
  });

  test('lets a relay be started anew in the place of another', async () => {
    const first = await startBehaving({ kind: 'silent' });
    const held = expect(post(first.url, CHUNK)).rejects.toThrow();
    await first.waitFor(({ heldRequests }) => heldRequests === 1);
    await first.close();
    await held;
    relay = await startRelay({ port: first.port });
    expect(relay.dsn).toBe(first.dsn);
    expect((await post(relay.url, CHUNK)).status).toBe(200);
  });
});

describe('as a process of its own', () => {
  const script = fileURLToPath(new URL('./process.ts', import.meta.url));

  async function next<T extends RelayMessage['type']>(child: ChildProcess, type: T) {
    const [message] = (await once(child, 'message')) as [RelayMessage];
    expect(message.type).toBe(type);
    return message as Extract<RelayMessage, { type: T }>;
  }

  function startProcess(): ChildProcess {
    const limits = JSON.stringify({ limits: { maxClientReportBytes: 10 } });
    return fork(script, [limits], { execArgv: ['--import', 'tsx'] });
  }

  test('obeys and reports', async () => {
    const child = startProcess();
    const command = (message: RelayCommand) => child.send(message);
    const { port } = await next(child, 'ready');
    const url = `http://127.0.0.1:${port}`;
    await post(url, CHUNK);
    const report = { type: 'client_report', length: 11 };
    expect((await post(url, `{}\n${JSON.stringify(report)}\n"123456789"`)).status).toBe(413);
    command({ type: 'behave', behaviour: { kind: 'status', status: 503 } });
    command({ type: 'release' });
    command({ type: 'report' });
    expect(await next(child, 'report')).toMatchObject({
      totals: { requests: 2, status: { 200: 1, 413: 1 } },
      counts: { profile_chunk: 1 },
      invalid: [],
      profiles: 1,
    });
    expect((await post(url, CHUNK)).status).toBe(503);
    const exited = once(child, 'exit');
    command({ type: 'stop' });
    expect(await exited).toEqual([0, null]);
  });

  test('does not outlive its parent', async () => {
    const child = startProcess();
    await next(child, 'ready');
    const exited = once(child, 'exit');
    child.disconnect();
    expect(await exited).toEqual([0, null]);
  });
});
