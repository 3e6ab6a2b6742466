import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProxy } from 'proxy';
import { expect, onTestFinished, test } from 'vitest';
import { expectAll, LINES, namesOf, transactionsOf } from './support/arrivals.ts';
import { issueCertificate } from './support/certificates.ts';
import { openRelay } from './support/relays.ts';
import { CLEAN, type Ended, type Project, runSetup, type SetupRequest } from './support/run-setup.ts';

const CREDENTIALS = 'profiler:p%40ss';
const AUTHORIZATION = `Basic ${Buffer.from('profiler:p@ss').toString('base64')}`;

interface Proxy {
  readonly url: string;
  /** Where it was asked for connections, or for requests. */
  readonly connected: string[];
  readonly requested: string[];
}

/** A real proxy that lets through who has the credentials. */
async function openProxy(): Promise<Proxy> {
  const server = createProxy(http.createServer());
  server.authenticate = ({ headers }) => headers['proxy-authorization'] === AUTHORIZATION;
  const connected: string[] = [];
  const requested: string[] = [];
  server.on('connect', ({ url }: http.IncomingMessage) => connected.push(String(url)));
  server.on('request', ({ url }: http.IncomingMessage) => requested.push(String(url)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `127.0.0.1:${(server.address() as AddressInfo).port}`, connected, requested };
}

/** Runs the service and expects the results of a healthy one. */
async function expectHealthy(
  project: Project,
  relay: Awaited<ReturnType<typeof openRelay>>,
  request: SetupRequest,
  env: Record<string, string> = {},
): Promise<void> {
  const { report, ...end } = await runSetup(project, 'service', { dsn: relay.dsn, ...request }, { env });
  expect({ ...end, isFlushed: report?.isFlushed }).toEqual({ ...CLEAN, isFlushed: true });
  expectAll(project, [relay], namesOf(4), report.stats);
  expect(relay.counts.event).toBe(1);
}

test.each(LINES)('SDK $line: a tunnel gets everything', async ({ project }) => {
  const relay = await openRelay();
  await expectHealthy(project, relay, { options: { tunnel: `${relay.url}/tunnel` } });
  expect(new Set(relay.requests.map(({ path }) => path))).toEqual(new Set(['/tunnel']));
});

test.each(LINES)('SDK $line: a proxy that is given as an option, with credentials', async ({ project }) => {
  const [relay, proxy] = [await openRelay(), await openProxy()];
  await expectHealthy(project, relay, {
    options: { transportOptions: { proxy: `http://${CREDENTIALS}@${proxy.url}` } },
  });
  expect(new Set(proxy.connected)).toEqual(new Set([`127.0.0.1:${relay.port}`]));
});

test.each(LINES)(
  'SDK $line: https_proxy of the environment with credentials, to a relay with a CA of its own',
  async ({ project }) => {
    const { ca, ...tls } = await issueCertificate();
    const [relay, proxy] = [await openRelay({ tls }), await openProxy()];
    const options = { transportOptions: { caCerts: ca } };
    await expectHealthy(project, relay, { options }, { https_proxy: `http://${CREDENTIALS}@${proxy.url}` });
    expect(new Set(proxy.connected)).toEqual(new Set([`127.0.0.1:${relay.port}`]));
  },
);

// The SDK asks every proxy for a connection. One that takes whole requests has to be spoken to by a module of the user's own.
test.each(LINES)('SDK $line: a proxy for plain requests, with credentials', async ({ project }) => {
  const [relay, proxy] = [await openRelay(), await openProxy()];
  const { report, ...end } = await runSetup(project, 'plain-proxy', {
    dsn: relay.dsn,
    proxyUrl: `http://${CREDENTIALS}@${proxy.url}`,
  });
  expect({ ...end, isFlushed: report?.isFlushed }).toEqual({ ...CLEAN, isFlushed: true });
  expectAll(project, [relay], namesOf(4), report.stats);
  expect(proxy.connected).toEqual([]);
  expect(proxy.requested).toHaveLength(relay.requests.length);
});

test.each(LINES)(
  'SDK $line: behind a proxy that refuses the credentials nothing arrives, and nothing breaks',
  async ({ project }) => {
    const [relay, proxy] = [await openRelay(), await openProxy()];
    const options = { transportOptions: { proxy: `http://somebody:else@${proxy.url}` } };
    const { report, ...end }: Ended = await runSetup(project, 'closed', { dsn: relay.dsn, options });
    expect(end).toEqual(CLEAN);
    expect(transactionsOf(relay)).toEqual([]);
    const { captured } = report.stats;
    expect(captured).toBeGreaterThan(0);
    expect(report.stats).toMatchObject({ delivered: 0, pending: 0, dropped: { total: captured } });
    expect(report.stats.memory.heldBytes).toBe(0);
  },
);

test.each(LINES)('SDK $line: a CA of one’s own, given as an option', async ({ project }) => {
  const { ca, ...tls } = await issueCertificate();
  const relay = await openRelay({ tls });
  await expectHealthy(project, relay, { options: { transportOptions: { caCerts: ca } } });
});

test.each(LINES)('SDK $line: a CA of one’s own, in NODE_EXTRA_CA_CERTS', async ({ project }) => {
  const { ca, ...tls } = await issueCertificate();
  const directory = await mkdtemp(join(tmpdir(), 'ca-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, 'ca.pem'), ca);
  const relay = await openRelay({ tls });
  await expectHealthy(project, relay, {}, { NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem') });
});

test.each(LINES)('SDK $line: without that CA nothing arrives, and nothing breaks', async ({ project }) => {
  const { ca: _, ...tls } = await issueCertificate();
  const relay = await openRelay({ tls });
  const { report, ...end } = await runSetup(project, 'closed', { dsn: relay.dsn });
  expect(end).toEqual(CLEAN);
  expect(relay.requests).toEqual([]);
  const { captured } = report.stats;
  expect(report.stats).toMatchObject({ delivered: 0, pending: 0, dropped: { total: captured } });
});
