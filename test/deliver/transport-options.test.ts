import * as http from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { createProxy } from 'proxy';
import selfsigned from 'selfsigned';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClient } from '../support/client.ts';
import { profileChunk } from '../support/envelopes.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';

let relay: Relay;
let proxy: http.Server;
let proxyUrl: string;
let tunnelled: string[];
beforeEach(async () => {
  relay = await startRelay();
  tunnelled = [];
  proxy = createProxy(http.createServer());
  proxy.on('connect', (request: http.IncomingMessage) => tunnelled.push(String(request.url)));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  proxyUrl = `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await relay.close();
  proxy.closeAllConnections();
  proxy.close();
});

async function sendChunk(options: object, dsn = relay.dsn) {
  const { client, transport, stats } = createClient(dsn, { uploadTimeoutMs: 3000 }, options);
  const response = await transport.send(profileChunk() as never);
  return { client, transport, stats: stats(), response };
}

test('headers are sent, and may replace ours', async () => {
  await sendChunk({ transportOptions: { headers: { 'x-team': 'core', 'content-type': 'text/x-own' } } });
  expect(relay.requests[0]?.headers).toMatchObject({ 'x-team': 'core', 'content-type': 'text/x-own' });
});

test('a tunnel gets the envelope, with the DSN in its header', async () => {
  const tunnel = `${relay.url}/tunnel?from=test`;
  const envelope = profileChunk();
  envelope[0].dsn = relay.dsn;
  const { transport, stats } = createClient(relay.dsn, {}, { tunnel });
  await transport.send(envelope as never);
  expect(relay.requests[0]).toMatchObject({ path: '/tunnel?from=test', status: 200 });
  expect(stats()).toMatchObject({ delivered: 1 });
});

test('a proxy option is used', async () => {
  const { stats } = await sendChunk({ transportOptions: { proxy: proxyUrl } });
  expect(stats).toMatchObject({ delivered: 1 });
  expect(tunnelled).toEqual([`127.0.0.1:${relay.port}`]);
});

test('http_proxy of the environment is used, no_proxy exempts from it', async () => {
  vi.stubEnv('http_proxy', proxyUrl);
  await sendChunk({});
  expect(tunnelled).toHaveLength(1);
  vi.stubEnv('no_proxy', 'example.com,127.0.0.1');
  await sendChunk({});
  expect(tunnelled).toHaveLength(1);
  expect(relay.counts.profile_chunk).toBe(2);
});

test('a proxy that takes connections and says nothing is left with none of them', async () => {
  const silent = createServer();
  const sockets = new Set<Socket>();
  let accepted = 0;
  silent.on('connection', (socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.resume();
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const proxyUrl = `http://127.0.0.1:${(silent.address() as { port: number }).port}`;
  const { client, transport, stats } = createClient(
    relay.dsn,
    { uploadTimeoutMs: 100 },
    { transportOptions: { proxy: proxyUrl } },
  );
  for (let i = 0; i < 5; i++) void transport.send(profileChunk() as never);
  await vi.waitFor(() => expect(accepted).toBeGreaterThanOrEqual(5));
  await vi.waitFor(() => expect(sockets.size).toBe(0));
  expect(stats()).toMatchObject({ pending: 5 });
  await client.close(200);
  silent.close();
});

test('caCerts are trusted, and nothing else is', async () => {
  const pems = await selfsigned.generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  } as never);
  const secure = await startRelay({ tls: { key: pems.private, cert: pems.cert } });
  const trusted = await sendChunk({ transportOptions: { caCerts: pems.cert } }, secure.dsn);
  expect(trusted.stats).toMatchObject({ delivered: 1 });
  const distrusting = await sendChunk({}, secure.dsn);
  expect(distrusting.stats).toMatchObject({ delivered: 0, pending: 1 });
  await secure.close();
});

test('httpModule is used in place of node:http', async () => {
  const request = vi.fn(http.request);
  const { stats } = await sendChunk({ transportOptions: { httpModule: { request } } });
  expect(stats).toMatchObject({ delivered: 1 });
  expect(request).toHaveBeenCalledTimes(1);
});

test.each([
  { keepAlive: undefined, header: 'keep-alive' },
  { keepAlive: true, header: 'keep-alive' },
  { keepAlive: false, header: 'close' },
])('keepAlive $keepAlive: connection $header', async ({ keepAlive, header }) => {
  await sendChunk({ transportOptions: keepAlive === undefined ? {} : { keepAlive } });
  expect(relay.requests[0]?.headers.connection).toBe(header);
});

test('a connection kept alive is used again, and closed with the client', async () => {
  const { client, transport } = await sendChunk({});
  await transport.send(profileChunk() as never);
  expect(relay.openSockets).toBe(1);
  await client.close(100);
  await relay.waitFor(({ openSockets }) => openSockets === 0);
});

test('a connection that the server closed while it was idle costs nothing', async () => {
  const { transport, response } = await sendChunk({});
  expect(response).toMatchObject({ statusCode: 200 });
  const { port } = relay;
  await relay.close();
  relay = await startRelay({ port });
  expect(await transport.send(profileChunk() as never)).toMatchObject({ statusCode: 200 });
});

test('an IPv6 address in the DSN is understood', async (context) => {
  const hasIPv6 = await new Promise<boolean>((resolve) => {
    const server = http.createServer().listen(0, '::1');
    server.on('listening', () => server.close(() => resolve(true)));
    server.on('error', () => resolve(false));
  });
  if (!hasIPv6) context.skip('no IPv6 loopback on this machine');
  const forward = http.createServer();
  forward.on('connection', (socket) => {
    const upstream = connect(relay.port, '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    socket.on('error', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => forward.listen(0, '::1', resolve));
  const { port } = forward.address() as { port: number };
  const { stats } = await sendChunk({}, relay.dsn.replace(/127\.0\.0\.1:\d+/, `[::1]:${port}`));
  expect(stats).toMatchObject({ delivered: 1 });
  forward.closeAllConnections();
  forward.close();
});
