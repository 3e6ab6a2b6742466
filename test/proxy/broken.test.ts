import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../support/client.ts';
import { profileChunk, profiledTransaction } from '../support/envelopes.ts';
import { randomNames } from '../support/large-profiles.ts';
import { startNginx } from '../support/nginx.ts';
import { countStatuses, payloadsOf, startProxied } from '../support/proxied.ts';
import { COMPLETE, compareSamples, sampleDigests } from '../support/sample-digests.ts';

const DEFAULT_BYTES = 1024 * 1024;

/** Then the server behind nginx hears of a body before it is there. */
const UNBUFFERED = { clientMaxBodySize: '50m', directives: ['proxy_request_buffering off;'] };

test('a proxy that ends in the midst of a body gets the profile when it is back', async () => {
  // The server behind it takes no byte of the body, and the buffers between hold less than this one.
  const deaf = createServer();
  deaf.listen(0, '127.0.0.1');
  await once(deaf, 'listening');
  onTestFinished(() => {
    deaf.close();
  });
  const first = await startNginx({ ...UNBUFFERED, upstreamPort: (deaf.address() as AddressInfo).port });
  onTestFinished(() => first.close());
  const { client, send, stats } = createClient(first.dsn);
  const profile = randomNames(45e6, 'transaction');
  const sent = sampleDigests({ profile });
  const connected = once(deaf, 'connection');
  const response = send(profiledTransaction({ profile }));
  await connected;
  await first.close();
  await response;
  expect(stats()).toMatchObject({ captured: 1, pending: 1 });

  const { relay, nginx } = await startProxied({ ...UNBUFFERED, port: first.port });
  await client.flush(30_000);
  expect(relay.counts).toEqual({ transaction: 1, profile: 1 });
  expect(compareSamples(sent, payloadsOf(relay, 'profile'))).toEqual(COMPLETE);
  expect(stats()).toMatchObject({ captured: 1, delivered: 1, memory: { heldBytes: 0 } });
  expect(await countStatuses(nginx)).toEqual({ 200: 1 });
});

test('a proxy that refuses a body and resets the connection costs no transaction', async () => {
  const { relay, nginx } = await startProxied({ directives: ['lingering_close off;'] });
  const { client, send, stats } = createClient(nginx.dsn, { maxRetryAgeMs: 2000 });
  const transactions = [12, 12, 3, 3].map((megabytes) =>
    profiledTransaction({ profile: randomNames(megabytes * 1e6, 'transaction') }),
  );
  for (const transaction of transactions) {
    await send(transaction);
    await client.flush(10_000);
  }
  const received = payloadsOf<{ event_id: string }>(relay, 'transaction').map(({ event_id }) => event_id);
  expect(received).toEqual(transactions.map(([header]) => header.event_id));
  expect(stats()).toMatchObject({ captured: 4, pending: 0, memory: { heldBytes: 0 } });
});

test('a server behind the proxy that refuses a body before it is read teaches the same', async () => {
  const { relay, nginx } = await startProxied(
    { ...UNBUFFERED, directives: [...UNBUFFERED.directives, 'proxy_set_header Connection "";'] },
    { limits: { maxBodyBytes: 2 * DEFAULT_BYTES } },
  );
  const { client, send, transport, stats } = createClient(nginx.dsn);
  await send(profiledTransaction({ profile: randomNames(12e6, 'transaction') }));
  await client.flush(10_000);
  expect(relay.counts).toMatchObject({ transaction: 1 });
  expect(relay.requests[0]).toMatchObject({ status: 413 });
  expect(stats().limits.requestBytes).toBeLessThanOrEqual(DEFAULT_BYTES);

  const profile = randomNames(12e6, 'chunk');
  const sent = sampleDigests({ profile });
  await transport.send(profileChunk({ profile }) as never);
  await client.flush(10_000);
  expect(compareSamples(sent, payloadsOf(relay, 'profile_chunk'))).toEqual(COMPLETE);
  expect(stats()).toMatchObject({ captured: 2, delivered: 1, dropped: { 'too-large': 1 } });
  expect(await countStatuses(nginx)).toMatchObject({ 413: 1 });
});

test('a server behind the proxy that refuses a body and closes the connection: a 413 costs no transaction, a 502 all, once', async () => {
  const { relay, nginx } = await startProxied(UNBUFFERED);
  relay.behave({ kind: 'close-early' });
  const { client, send, stats } = createClient(nginx.dsn);
  const response = send(profiledTransaction({ profile: randomNames(12e6, 'transaction') }));
  await relay.waitFor(({ requests }) => requests.length === 1);
  relay.behave({ kind: 'normal' });
  await response;
  await client.flush(10_000);
  expect(stats()).toMatchObject({ captured: 1, pending: 0, memory: { heldBytes: 0 } });
  // Whether the answer or the end of the connection comes first to nginx is a matter of luck.
  const { status } = (await nginx.log())[0] ?? {};
  expect([413, 502]).toContain(status);
  expect(relay.counts.transaction).toBe(status === 413 ? 1 : undefined);
  expect(stats().dropped).toMatchObject(status === 413 ? { 'too-large': 1 } : { rejected: 1 });
});
