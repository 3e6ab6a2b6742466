import { expect, test } from 'vitest';
import type { Profile } from '../../src/profile/types.ts';
import { createClient } from '../support/client.ts';
import { profileChunk, profiledTransaction } from '../support/envelopes.ts';
import { randomNames } from '../support/large-profiles.ts';
import { countStatuses, payloadsOf, startProxied } from '../support/proxied.ts';
import { COMPLETE, compareSamples, sampleDigests } from '../support/sample-digests.ts';

/** As self-hosted Sentry has it. */
const LIMIT = { clientMaxBodySize: '50m' };

test.each([3, 45])('through a limit of 50 MB, a chunk of %d MB passes whole', async (megabytes) => {
  const { relay, nginx } = await startProxied(LIMIT);
  const { client, transport, stats } = createClient(nginx.dsn);
  const profile = randomNames(megabytes * 1e6, 'chunk');
  const sent = sampleDigests({ profile });
  await transport.send(profileChunk({ profile }) as never);
  await client.flush(30_000);
  const received = payloadsOf<Profile>(relay, 'profile_chunk');
  expect(received).toHaveLength(1);
  expect(compareSamples(sent, received)).toEqual(COMPLETE);
  expect(stats()).toMatchObject({ captured: 1, delivered: 1, limits: { requestBytes: undefined } });
  expect(await countStatuses(nginx)).toEqual({ 200: 1 });
});

test.each([3, 45])(
  'through a limit of 50 MB, a transaction’s profile of %d MB passes whole',
  async (megabytes) => {
    const { relay, nginx } = await startProxied(LIMIT);
    const { client, send, stats } = createClient(nginx.dsn);
    const profile = randomNames(megabytes * 1e6, 'transaction');
    const sent = sampleDigests({ profile });
    await send(profiledTransaction({ profile }));
    await client.flush(30_000);
    expect(relay.counts).toEqual({ transaction: 1, profile: 1 });
    expect(compareSamples(sent, payloadsOf(relay, 'profile'))).toEqual(COMPLETE);
    expect(relay.invalid).toEqual([]);
    expect(stats()).toMatchObject({ captured: 1, delivered: 1, limits: { requestBytes: undefined } });
    expect(await countStatuses(nginx)).toEqual({ 200: 1 });
  },
);
