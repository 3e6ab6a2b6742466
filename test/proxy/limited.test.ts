import { expect, test } from 'vitest';
import type { Profile } from '../../src/profile/types.ts';
import { createClient } from '../support/client.ts';
import { type Payload, profileChunk, profiledTransaction, type SdkEnvelope } from '../support/envelopes.ts';
import { randomNames } from '../support/large-profiles.ts';
import { realisticProfile } from '../support/profiles.ts';
import { countStatuses, payloadsOf, startProxied } from '../support/proxied.ts';
import { COMPLETE, compareSamples, sampleDigests } from '../support/sample-digests.ts';

/** The default of nginx, told to the integration. */
const OPTIONS = { maxRequestBytes: 1024 * 1024 };
const MEGABYTES = [3, 12, 60];

/** With and without `proxy_request_buffering`, nginx reads a body in two different ways. */
const PROXIES = [
  { proxy: 'nginx', directives: [] },
  { proxy: 'nginx without buffering', directives: ['proxy_request_buffering off;'] },
];

const CASES = PROXIES.flatMap(({ proxy, directives }) =>
  (directives.length === 0 ? MEGABYTES : [12]).map((megabytes) => ({ proxy, directives, megabytes })),
);

test.each(CASES)('a chunk of $megabytes MB gets through $proxy, sample for sample', async (settings) => {
  const { relay, nginx } = await startProxied(settings);
  const { client, transport, stats } = createClient(nginx.dsn, OPTIONS);
  const envelope = profileChunk({ profile: randomNames(settings.megabytes * 1e6, 'chunk') });
  const sent = sampleDigests(chunkOf(envelope));
  const aboutSent = aroundLists(chunkOf(envelope));
  const { thread_metadata } = chunkOf(envelope).profile;
  await transport.send(envelope as never);
  await client.flush(30_000);
  const parts = payloadsOf<Payload>(relay, 'profile_chunk');
  expect(compareSamples(sent, parts)).toEqual(COMPLETE);
  expect(new Set(parts.map(({ chunk_id }) => chunk_id)).size).toBe(parts.length);
  for (const part of parts) expect(aroundLists(part)).toEqual(aboutSent);
  expect(Object.assign({}, ...parts.map((part) => part.profile.thread_metadata))).toEqual(thread_metadata);
  expect(relay.invalid).toEqual([]);
  expect(stats()).toMatchObject({
    captured: 1,
    delivered: 1,
    dropped: { total: 0 },
    memory: { heldBytes: 0 },
  });
  expect(await countStatuses(nginx)).toEqual({ 200: parts.length });
});

test.each(CASES)(
  'a transaction with $megabytes MB of profile gets through $proxy, once',
  async (settings) => {
    const { relay, nginx } = await startProxied(settings);
    const { client, send, stats } = createClient(nginx.dsn, OPTIONS);
    const profile = randomNames(settings.megabytes * 1e6, 'transaction');
    const sent = sampleDigests({ profile });
    const [first, last] = [profile.samples[0], profile.samples.at(-1)];
    await send(profiledTransaction({ profile }));
    await client.flush(30_000);
    expect(relay.counts).toEqual({ transaction: 1, profile: 1 });
    expect(relay.invalid).toEqual([]);
    const [received] = payloadsOf<Profile>(relay, 'profile') as [Profile];
    expect(compareSamples(sent, [received]).surplus).toBe(0);
    expect(received.profile.samples[0]).toMatchObject(timeOf(first));
    expect(received.profile.samples.at(-1)).toMatchObject(timeOf(last));
    expect(stats()).toMatchObject({
      captured: 1,
      delivered: 1,
      dropped: { total: 0 },
      memory: { heldBytes: 0 },
    });
    expect(await countStatuses(nginx)).toEqual({ 200: 1 });
    const [request] = await nginx.log();
    expect(request?.requestBytes).toBeGreaterThan(OPTIONS.maxRequestBytes / 2);
  },
);

test('a chunk of 60 MB that can be made small gets through as one', async () => {
  const { relay, nginx } = await startProxied();
  const { client, transport, stats } = createClient(nginx.dsn, OPTIONS);
  const { profile } = realisticProfile({ samples: 36_000 });
  const envelope = profileChunk({ profile });
  const sent = sampleDigests(chunkOf(envelope));
  await transport.send(envelope as never);
  await client.flush(30_000);
  const received = payloadsOf<Profile>(relay, 'profile_chunk');
  expect(received).toHaveLength(1);
  expect(compareSamples(sent, received)).toEqual(COMPLETE);
  expect(stats().bytes.original).toBeGreaterThan(55e6);
  expect(await countStatuses(nginx)).toEqual({ 200: 1 });
});

test('many at once get through', async () => {
  const { relay, nginx } = await startProxied();
  const { client, transport, send, stats } = createClient(nginx.dsn, OPTIONS);
  const chunks = Array.from({ length: 5 }, () => profileChunk({ profile: randomNames(3e6, 'chunk') }));
  const sent = sampleDigests(...chunks.map(chunkOf));
  const responses = chunks.flatMap((chunk) => [
    transport.send(chunk as never),
    send(profiledTransaction({ profile: randomNames(3e6, 'transaction') })),
  ]);
  await Promise.all(responses);
  await client.flush(30_000);
  expect(compareSamples(sent, payloadsOf(relay, 'profile_chunk'))).toEqual(COMPLETE);
  expect(relay.counts).toMatchObject({ transaction: 5, profile: 5 });
  expect(relay.invalid).toEqual([]);
  expect(stats()).toMatchObject({ captured: 10, delivered: 10, memory: { heldBytes: 0 } });
  expect(Object.keys(await countStatuses(nginx))).toEqual(['200']);
});

function chunkOf([, items]: SdkEnvelope): Payload {
  return items[0]?.[1];
}

/** Each part of a chunk has to have these as the whole had. */
function aroundLists({ chunk_id: _, profile: __, ...rest }: Payload): object {
  return JSON.parse(JSON.stringify(rest));
}

function timeOf(sample: object | undefined): object {
  return { elapsed_since_start_ns: (sample as { elapsed_since_start_ns: string }).elapsed_since_start_ns };
}
