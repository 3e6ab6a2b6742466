import { getCurrentScope, setCurrentClient } from '@sentry/node';
import { afterEach, expect, test } from 'vitest';
import { getProfilingStats } from '../src/index.ts';
import { createClient } from './support/client.ts';
import { profileChunk } from './support/envelopes.ts';
import { startRelay } from './support/relay/index.ts';

afterEach(() => getCurrentScope().setClient(undefined));

test('statistics are those of the current client, and of the last one when it is gone', async () => {
  expect(getProfilingStats()).toBeUndefined();
  const relay = await startRelay();
  const first = createClient(relay.dsn);
  const second = createClient(relay.dsn);
  setCurrentClient(first.client);
  await first.transport.send(profileChunk() as never);
  expect(getProfilingStats()).toMatchObject({ captured: 1, delivered: 1 });

  setCurrentClient(second.client);
  expect(getProfilingStats()).toMatchObject({ captured: 0 });

  setCurrentClient(createClient(relay.dsn, false).client);
  expect(getProfilingStats()).toBeUndefined();

  // As `Sentry.close()` does from SDK 11 on.
  await second.transport.send(profileChunk() as never);
  await second.client.close(100);
  getCurrentScope().setClient(undefined);
  expect(getProfilingStats()).toMatchObject({ captured: 1, delivered: 1 });
  await relay.close();
});
