import { expect, test } from 'vitest';
import { createClient } from '../support/client.ts';
import { profileChunk, profiledTransaction } from '../support/envelopes.ts';
import { randomNames } from '../support/large-profiles.ts';
import { countStatuses, startProxied } from '../support/proxied.ts';

// The integration is held against this: without it, the same profiles are refused, and take their transactions with them.
test('without the integration, nginx refuses each large profile, and its transaction', async () => {
  const { relay, nginx } = await startProxied();
  const { client, transport, send } = createClient(nginx.dsn, false);
  for (const megabytes of [3, 12, 60]) {
    const chunk = profileChunk({ profile: randomNames(megabytes * 1e6, 'chunk') });
    const transaction = profiledTransaction({ profile: randomNames(megabytes * 1e6, 'transaction') });
    for (const sent of [transport.send(chunk as never), send(transaction)]) {
      // Whether the answer or the end of the connection is seen first is a matter of luck.
      await Promise.resolve(sent).catch(() => undefined);
    }
  }
  await client.flush(10_000);
  expect(await countStatuses(nginx)).toMatchObject({ 413: 6 });
  expect(relay.counts.profile_chunk).toBeUndefined();
  expect(relay.counts.transaction).toBeUndefined();
});
