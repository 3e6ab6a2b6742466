import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProfilingStats } from '../../src/index.ts';
import { createClient } from '../support/client.ts';
import { incompressibleLists, profileChunk, profiledTransaction } from '../support/envelopes.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';

const MiB = 1024 * 1024;

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

function expectBalance(stats: ProfilingStats): void {
  const { captured, delivered, pending, dropped, memory } = stats;
  expect(delivered + pending + dropped.total).toBe(captured);
  expect(memory.heldBytes).toBeLessThanOrEqual(memory.budgetBytes);
  const { total, ...byReason } = dropped;
  expect(Object.values(byReason).reduce((sum, count) => sum + count, 0)).toBe(total);
}

test('while the relay is silent the budget holds, and every transaction goes out', async () => {
  relay.behave({ kind: 'silent' });
  const { client, send, stats } = createClient(relay.dsn, { memoryBudgetBytes: MiB });
  const count = 60;
  for (let i = 0; i < count; i++) {
    void send(profiledTransaction({ profile: incompressibleLists(100, 'transaction') }));
    await new Promise(setImmediate);
    expectBalance(stats());
  }
  await relay.waitFor(({ requests }) => requests.length >= 20);
  expectBalance(stats());
  expect(stats().dropped.budget).toBeGreaterThan(10);
  relay.behave({ kind: 'normal' });
  relay.release();
  await client.flush(10_000);
  expectBalance(stats());
  expect(stats()).toMatchObject({ captured: count, pending: 0, memory: { heldBytes: 0 } });
  expect(relay.counts.profile).toBe(stats().delivered);
  const ids = relay.items.flatMap(({ type, json }) =>
    type === 'transaction' ? [(json as { event_id: string }).event_id] : [],
  );
  expect(new Set(ids).size).toBe(count);
});

test('a profile larger than the whole budget is sent alone', async () => {
  const { client, transport, stats } = createClient(relay.dsn, { memoryBudgetBytes: MiB });
  const large = transport.send(profileChunk({ profile: incompressibleLists(3000) }) as never);
  expect(stats().memory.heldBytes).toBeGreaterThan(MiB);
  const small = transport.send(profileChunk() as never);
  expect(stats()).toMatchObject({ captured: 2, pending: 1, dropped: { budget: 1 } });
  await Promise.all([large, small]);
  await client.flush(5000);
  expect(stats()).toMatchObject({ captured: 2, delivered: 1, memory: { heldBytes: 0 } });
  expect(relay.counts.profile_chunk).toBe(1);
});

test('what waits is accounted at what it takes compressed, and a little for each', async () => {
  relay.behave({ kind: 'silent' });
  const { client, transport, stats } = createClient(relay.dsn);
  for (let i = 0; i < 3; i++) void transport.send(profileChunk() as never);
  await relay.waitFor(({ requests }) => requests.length === 3);
  const [first] = relay.requests;
  const eachBytes = (first?.bytesCompressed ?? 0) + 8.1 * 1024;
  await expect.poll(() => stats().memory.heldBytes).toBeLessThan(3 * eachBytes);
  await client.close(10);
});
