import { beforeAll, expect, test } from 'vitest';
import type { Profile } from '../../src/profile/types.ts';
import { createClient } from '../support/client.ts';
import { profileChunk, profiledTransaction } from '../support/envelopes.ts';
import { countStatuses, payloadsOf, startProxied } from '../support/proxied.ts';
import { COMPLETE, compareSamples, sampleDigests } from '../support/sample-digests.ts';
import { type Recorded, recordTypeChecking } from '../support/type-checking.ts';

const RECORD_MS = 2000;
/** Real profiles compress well: one of seconds comes over no limit that a proxy has by default. */
const MAX_BODY_BYTES = 16 * 1024;
const LIMIT = { clientMaxBodySize: String(MAX_BODY_BYTES) };

let recorded: Recorded;
beforeAll(() => {
  recorded = recordTypeChecking(RECORD_MS);
});

test('a recorded chunk gets through in parts, sample for sample', async () => {
  const { relay, nginx } = await startProxied(LIMIT);
  const { client, transport, stats } = createClient(nginx.dsn, { maxRequestBytes: MAX_BODY_BYTES });
  const sent = sampleDigests({ profile: recorded.chunk });
  await transport.send(profileChunk({ profile: recorded.chunk }) as never);
  await client.flush(10_000);
  const parts = payloadsOf<Profile>(relay, 'profile_chunk');
  expect(parts.length).toBeGreaterThan(1);
  expect(compareSamples(sent, parts)).toEqual(COMPLETE);
  expect(relay.invalid).toEqual([]);
  expect(stats()).toMatchObject({ captured: 1, delivered: 1 });
  expect(await countStatuses(nginx)).toEqual({ 200: parts.length });
});

test('a recorded profile of a transaction gets through with fewer samples', async () => {
  const { relay, nginx } = await startProxied(LIMIT);
  const { client, send, stats } = createClient(nginx.dsn, { maxRequestBytes: MAX_BODY_BYTES });
  const sent = sampleDigests({ profile: recorded.transaction });
  await send(profiledTransaction({ profile: recorded.transaction }));
  await client.flush(10_000);
  expect(relay.counts).toEqual({ transaction: 1, profile: 1 });
  expect(relay.invalid).toEqual([]);
  const { missing, surplus } = compareSamples(sent, payloadsOf(relay, 'profile'));
  expect(missing).toBeGreaterThan(0);
  expect(surplus).toBe(0);
  expect(stats()).toMatchObject({ captured: 1, delivered: 1 });
  expect(await countStatuses(nginx)).toEqual({ 200: 1 });
});
