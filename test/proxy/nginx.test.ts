import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Nginx, startNginx } from '../support/nginx.ts';
import { chunkEnvelope, writeEnvelope } from '../support/relay/examples.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { post } from '../support/relay/post.ts';

const MiB = 1024 * 1024;

let relay: Relay;
let nginx: Nginx | undefined;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(async () => {
  await nginx?.close();
  await relay.close();
});

async function statusesOf(bodies: Buffer[], clientMaxBodySize?: string): Promise<number[]> {
  nginx = await startNginx({
    upstreamPort: relay.port,
    ...(clientMaxBodySize === undefined ? {} : { clientMaxBodySize }),
  });
  for (const body of bodies) await post(`http://127.0.0.1:${nginx.port}`, body);
  return (await nginx.log()).map(({ status }) => status);
}

test('passes an envelope on to the relay', async () => {
  expect(await statusesOf([writeEnvelope(chunkEnvelope())])).toEqual([200]);
  expect(relay.counts).toEqual({ profile_chunk: 1 });
});

test('its default is 1 MiB, over which it answers by itself', async () => {
  expect(await statusesOf([randomBytes(MiB), randomBytes(MiB + 1)])).toEqual([400, 413]);
  expect(relay.requests).toMatchObject([{ bytesCompressed: MiB }]);
  expect(await nginx?.log()).toMatchObject([
    { upstreamStatus: '400', contentLength: String(MiB) },
    { upstreamStatus: '', contentLength: String(MiB + 1) },
  ]);
  expect(await nginx?.errors()).toContain(`client intended to send too large body: ${MiB + 1} bytes`);
});

test('a limit of its own is in force', async () => {
  expect(await statusesOf([randomBytes(2 * MiB), randomBytes(2 * MiB + 1)], '2m')).toEqual([400, 413]);
});

test('tells why it did not start', async () => {
  const started = startNginx({ upstreamPort: relay.port, directives: ['no_such_directive on;'] });
  await expect(started).rejects.toThrow('unknown directive "no_such_directive"');
});
