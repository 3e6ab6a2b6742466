import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClient } from '../support/client.ts';
import {
  incompressibleLists,
  type Payload,
  profileChunk,
  profiledTransaction,
} from '../support/envelopes.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(() => relay.close());

const BROKEN: Record<string, (profile: Payload) => void> = {
  'no lists at all': (profile) => delete profile.profile,
  'lists that are null': (profile) => {
    profile.profile = null;
  },
  'no samples': (profile) => delete profile.profile.samples,
  'no stacks': (profile) => delete profile.profile.stacks,
  'no frames': (profile) => delete profile.profile.frames,
  'an empty list of samples': (profile) => {
    profile.profile.samples = [];
  },
  'a stack_id out of range': (profile) => {
    profile.profile.samples[1].stack_id = 99;
  },
  'a negative stack_id': (profile) => {
    profile.profile.samples[1].stack_id = -1;
  },
  'a frame out of range': (profile) => profile.profile.stacks[0].push(99),
  'a fractional frame': (profile) => profile.profile.stacks[0].push(0.5),
  'a stack that is no list': (profile) => {
    profile.profile.stacks[1] = 'stack';
  },
  'a frame that is null': (profile) => {
    profile.profile.frames[0] = null;
  },
  'a sample that is null': (profile) => {
    profile.profile.samples[0] = null;
  },
  'cyclic metadata': (profile) => {
    profile.device = { parent: profile };
  },
  'a BigInt in a frame': (profile) => {
    profile.profile.frames[0].lineno = 1n;
  },
  'a BigInt in the metadata': (profile) => {
    profile.measurements = { heap: 1n };
  },
  'a getter that throws in a frame': (profile) => thrower(profile.profile.frames[0], 'function'),
  'a getter that throws in a sample': (profile) => thrower(profile.profile.samples[0], 'thread_id'),
  'a getter that throws in the metadata': (profile) => thrower(profile, 'release'),
  'a getter that throws for the id': (profile) => {
    thrower(profile, 'event_id');
    thrower(profile, 'chunk_id');
  },
  'a getter that throws for the lists': (profile) => thrower(profile, 'profile'),
  'a toJSON that throws': (profile) => {
    profile.toJSON = () => {
      throw new Error('from toJSON');
    };
  },
};

function thrower(object: object, key: string): void {
  Object.defineProperty(object, key, {
    enumerable: true,
    get: () => {
      throw new Error(`from ${key}`);
    },
  });
}

test.each(Object.keys(BROKEN))('%s: counted once, the transaction delivered', async (name) => {
  const output = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'log')];
  const { client, send, stats } = createClient(relay.dsn);
  const envelope = profiledTransaction();
  BROKEN[name]?.(envelope[1][1]?.[1]);
  await send(envelope);
  await client.flush(5000);
  expect(relay.counts).toMatchObject({ transaction: 1 });
  expect(relay.counts.profile).toBeUndefined();
  expect(stats()).toMatchObject({
    captured: 1,
    delivered: 0,
    pending: 0,
    dropped: { total: 1, malformed: 1 },
  });
  expect(stats().memory.heldBytes).toBe(0);
  for (const spy of output) expect(spy).not.toHaveBeenCalled();
});

test.each(Object.keys(BROKEN))('%s in a chunk: counted once, later chunks arrive', async (name) => {
  const { client, transport, stats } = createClient(relay.dsn);
  const envelope = profileChunk();
  BROKEN[name]?.(envelope[1][0]?.[1]);
  await transport.send(envelope as never);
  await transport.send(profileChunk() as never);
  await client.flush(5000);
  expect(relay.counts).toMatchObject({ profile_chunk: 1 });
  expect(stats()).toMatchObject({
    captured: 2,
    delivered: 1,
    pending: 0,
    dropped: { total: 1, malformed: 1 },
  });
});

test('a profile that changes while it is encoded is not sent with a wrong length', async () => {
  const { client, send, stats } = createClient(relay.dsn);
  const envelope = profiledTransaction();
  const profile = envelope[1][1]?.[1];
  // Over a mebibyte, so that it is measured and encoded in two passes.
  profile.large = Array.from({ length: 200_000 }, () => 'filler');
  let reads = 0;
  Object.defineProperty(profile.device, 'model', { enumerable: true, get: () => 'm'.repeat(++reads) });
  await send(envelope);
  await client.flush(5000);
  expect(relay.counts).toMatchObject({ transaction: 1 });
  expect(relay.requests.every((request) => request.error === undefined)).toBe(true);
  expect(stats()).toMatchObject({ captured: 1, dropped: { malformed: 1 } });
});

test('a member called then makes no promise of a profile, whole or made to fit', async () => {
  const member = Object.fromEntries([['then', () => {}]]);
  for (const options of [{}, { maxItemBytes: 20_000 }]) {
    const { client, send, stats } = createClient(relay.dsn, options);
    void send(profileChunk({ ...member, profile: incompressibleLists(100) }));
    void send(profiledTransaction({ ...member, profile: incompressibleLists(100, 'transaction') }));
    await client.flush(5000);
    expect(stats()).toMatchObject({ captured: 2, delivered: 2 });
  }
});
