import { expect, test } from 'vitest';
import { createClient } from '../support/client.ts';
import { profileChunk, profiledTransaction } from '../support/envelopes.ts';
import { randomNames } from '../support/large-profiles.ts';
import type { LoggedRequest } from '../support/nginx.ts';
import { payloadsOf, startProxied } from '../support/proxied.ts';
import { COMPLETE, compareSamples, sampleDigests } from '../support/sample-digests.ts';

/** A limit that was learned is never lower. */
const LOWEST_BYTES = 256 * 1024;

/** The default of nginx, which nobody told the integration. */
const DEFAULT_BYTES = 1024 * 1024;

const CASES = [
  { proxy: 'nginx', megabytes: [3, 12, 60], directives: [] },
  { proxy: 'nginx', megabytes: [60, 12, 3], directives: [] },
  { proxy: 'nginx without buffering', megabytes: [3, 12], directives: ['proxy_request_buffering off;'] },
];

test.each(CASES)(
  'of chunks of $megabytes MB, $proxy refuses one, and all arrive, sample for sample',
  async (settings) => {
    const { relay, nginx } = await startProxied(settings);
    const { client, transport, stats } = createClient(nginx.dsn);
    const sent: string[] = [];
    for (const megabytes of settings.megabytes) {
      const profile = randomNames(megabytes * 1e6, 'chunk');
      sent.push(...sampleDigests({ profile }));
      await transport.send(profileChunk({ profile }) as never);
      await client.flush(30_000);
      expectLearned(stats().limits.requestBytes, await nginx.log());
    }
    expect(compareSamples(sent, payloadsOf(relay, 'profile_chunk'))).toEqual(COMPLETE);
    expect(relay.invalid).toEqual([]);
    const { length } = settings.megabytes;
    expect(stats()).toMatchObject({ captured: length, delivered: length, memory: { heldBytes: 0 } });
  },
);

test.each(CASES)(
  'of profiles of $megabytes MB, $proxy refuses one, and all transactions arrive, once',
  async (settings) => {
    const { relay, nginx } = await startProxied(settings);
    const { client, send, stats } = createClient(nginx.dsn);
    const transactions = settings.megabytes.map((megabytes) =>
      profiledTransaction({ profile: randomNames(megabytes * 1e6, 'transaction') }),
    );
    const ids = transactions.map(([header]) => header.event_id);
    const [refused, ...others] = transactions;
    await send(refused);
    await client.flush(30_000);
    expect(relay.counts).toMatchObject({ transaction: 1 });
    expect(relay.counts.profile).toBeUndefined();
    expectLearned(stats().limits.requestBytes, await nginx.log());
    for (const transaction of others) {
      await send(transaction);
      await client.flush(30_000);
      expectLearned(stats().limits.requestBytes, await nginx.log());
    }
    const received = payloadsOf<{ event_id: string }>(relay, 'transaction');
    expect(received.map(({ event_id }) => event_id)).toEqual(ids);
    expect(relay.counts.profile).toBe(others.length);
    expect(relay.invalid).toEqual([]);
    expect(stats()).toMatchObject({
      captured: ids.length,
      delivered: others.length,
      dropped: { total: 1, 'too-large': 1 },
      memory: { heldBytes: 0 },
    });
  },
);

test('of many chunks at once, one is refused, and all arrive, sample for sample', async () => {
  const { relay, nginx } = await startProxied();
  const { client, transport, stats } = createClient(nginx.dsn);
  const chunks = Array.from({ length: 5 }, () => ({ profile: randomNames(3e6, 'chunk') }));
  const sent = sampleDigests(...chunks);
  await Promise.all(chunks.map((chunk) => transport.send(profileChunk(chunk) as never)));
  await client.flush(30_000);
  expectLearned(stats().limits.requestBytes, await nginx.log());
  expect(compareSamples(sent, payloadsOf(relay, 'profile_chunk'))).toEqual(COMPLETE);
  expect(stats()).toMatchObject({ captured: 5, delivered: 5, memory: { heldBytes: 0 } });
});

test('a limit that was set higher than nginx’s own is lowered too', async () => {
  const { nginx } = await startProxied();
  const { client, send, stats } = createClient(nginx.dsn, { maxRequestBytes: 50 * 1024 * 1024 });
  for (let i = 0; i < 3; i++) {
    await send(profiledTransaction({ profile: randomNames(4e6, 'transaction') }));
    await client.flush(30_000);
  }
  expectLearned(stats().limits.requestBytes, await nginx.log());
});

/** By one 413 and no other: the limit is below the refused body, and all accepted ones obey it. */
function expectLearned(limitBytes: number | undefined, log: LoggedRequest[]): void {
  const bodyBytes = (wanted: number): number[] =>
    log.filter(({ status }) => status === wanted).map(({ contentLength }) => Number(contentLength));
  const [refusedBytes] = bodyBytes(413);
  expect(bodyBytes(413)).toHaveLength(1);
  expect(limitBytes).toBeLessThan(refusedBytes as number);
  expect(limitBytes).toBeLessThanOrEqual(DEFAULT_BYTES);
  expect(limitBytes).toBeGreaterThanOrEqual(LOWEST_BYTES);
  expect(Math.max(...bodyBytes(200), 0)).toBeLessThanOrEqual(limitBytes as number);
}
