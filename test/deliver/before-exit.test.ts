import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClient } from '../support/client.ts';
import { profiledTransaction } from '../support/envelopes.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

/** Does as Node when nothing keeps the process alive. */
async function beforeExit(): Promise<void> {
  await Promise.all(process.listeners('beforeExit').map((listener) => listener.call(process, 0)));
}

test('several clients wait for the end of the process with one listener', () => {
  const addedBy = (bounded: object | false): number => {
    const before = process.listenerCount('beforeExit');
    for (let i = 0; i < 5; i++) createClient(relay.dsn, bounded);
    return process.listenerCount('beforeExit') - before;
  };
  // The SDK adds one for each client.
  const bySdk = addedBy(false);
  expect(addedBy({}) - bySdk).toBeLessThanOrEqual(1);
});

test('that listener takes no place among those that Node allows before it warns', async () => {
  const limit = process.getMaxListeners();
  const { client } = createClient(relay.dsn, {});
  expect(process.getMaxListeners()).toBe(limit + 1);
  await client.close(100);
  expect(process.getMaxListeners()).toBe(limit);
});

test('before the process exits, what waits for the end of a pause is tried at once', async () => {
  const { port, dsn } = relay;
  await relay.close();
  // Shorter than the shortest pause after a failure.
  const { send, stats } = createClient(dsn, {}, { shutdownTimeout: 400 });
  for (let i = 0; i < 3; i++) await send(profiledTransaction());
  relay = await startRelay({ port });
  await beforeExit();
  expect(stats()).toMatchObject({ captured: 3, delivered: 3, pending: 0 });
});

test('before the process exits with the relay still down, the rest is let go: counted, and its transactions handed on', async () => {
  const { port, dsn } = relay;
  await relay.close();
  const { client, send, stats } = createClient(dsn, {}, { shutdownTimeout: 100 });
  await send(profiledTransaction());
  await expect.poll(() => stats().pending).toBe(1);
  await beforeExit();
  expect(stats()).toMatchObject({ captured: 1, pending: 0, dropped: { total: 1, shutdown: 1 } });
  expect(stats().memory.heldBytes).toBe(0);
  relay = await startRelay({ port });
  await client.flush(5000);
});

test('before the process exits, a transport of the user’s own that never answers is let go, once and for all', async () => {
  const { client, send, stats } = createClient(
    relay.dsn,
    {},
    {
      shutdownTimeout: 50,
      transport: () => ({ send: () => new Promise(() => {}), flush: () => Promise.resolve(true) }),
    },
  );
  void send(profiledTransaction());
  await expect.poll(() => stats().bytes.encoded).toBeGreaterThan(0);
  await beforeExit();
  expect(stats()).toMatchObject({ captured: 1, pending: 0, dropped: { total: 1, shutdown: 1 } });
  await client.close(10);
});

test('a client that was closed no longer listens for the end of the process', async () => {
  const before = process.listeners('beforeExit');
  const { client } = createClient(relay.dsn);
  expect(process.listenerCount('beforeExit')).toBeGreaterThan(before.length);
  await client.close(100);
  expect(process.listeners('beforeExit')).toEqual(before);
});
