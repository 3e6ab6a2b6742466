import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NativeProfile } from '../../src/capture/bindings.ts';
import {
  CLAIM_MS,
  COMPACT_MS,
  CUT_OFF_CLAIM_MS,
  FinishedProfiles,
  SETTLED_CLAIM_MS,
} from '../../src/capture/finished-profiles.ts';
import { Slices } from '../../src/encode/slices.ts';
import { type Hold, Ledger } from '../../src/ledger.ts';
import { estimateHeldBytes } from '../../src/profile/price.ts';
import { realisticProfile, resolveSamples } from '../support/profiles.ts';

const BUDGET_BYTES = 64 * 1024 * 1024;

/** More than the SDK's own store holds. */
const MANY = 51;

beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

function setup({ sliceMs = 5 } = {}) {
  const ledger = new Ledger(BUDGET_BYTES, () => {});
  const slices = new Slices(sliceMs);
  const finished = new FinishedProfiles(slices);
  return {
    ledger,
    slices,
    finished,
    held: () => ledger.totals().heldBytes,
    add(id: string, { samples = 20, isCutOff = false } = {}): NativeProfile {
      const { profile } = realisticProfile({ samples, format: 'v1' });
      finished.add(id, profile, ledger.hold(estimateHeldBytes({ profile })) as Hold, isCutOff);
      return profile;
    },
  };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

function isEmpty({ samples, stacks, frames }: NativeProfile): boolean {
  return samples.length + stacks.length + frames.length === 0;
}

test('what is claimed at once is left as it is, and its hold returned', async () => {
  const { finished, held, add } = setup();
  const profile = add('a');
  const before = JSON.stringify(profile);
  expect(held()).toBeGreaterThan(0);
  expect(finished.claim('a')).toBe(0);
  expect(held()).toBe(0);
  await turns(10);
  vi.advanceTimersByTime(2 * CLAIM_MS);
  expect(JSON.stringify(profile)).toBe(before);
  expect(finished.abandoned).toBe(0);
});

test('what waits is compacted, holds less, and says the same', async () => {
  const { finished, held, add } = setup();
  const profile = add('a', { samples: 500 });
  const before = resolveSamples({ profile });
  const heldBefore = held();
  const bytesBefore = JSON.stringify(profile).length;
  vi.advanceTimersByTime(COMPACT_MS);
  await turns(20);
  expect(resolveSamples({ profile })).toEqual(before);
  expect(held()).toBe(estimateHeldBytes({ profile }));
  expect(held()).toBeLessThan(heldBefore / 2);
  const savedBytes = finished.claim('a');
  expect((savedBytes + JSON.stringify(profile).length) / bytesBefore).toBeCloseTo(1, 1);
  expect(held()).toBe(0);
});

test('what is claimed while it is being compacted is left as it is', async () => {
  // Pauses come with real time.
  vi.useRealTimers();
  const { finished, slices, held, add } = setup({ sliceMs: 0.001 });
  const profile = add('a', { samples: 2000 });
  const before = JSON.stringify(profile);
  while (slices.longestMs === 0) await turns(1);
  expect(finished.claim('a')).toBe(0);
  expect(held()).toBe(0);
  await turns(500);
  expect(JSON.stringify(profile)).toBe(before);
  expect(held()).toBe(0);
});

test('what is abandoned while it is being compacted stays empty', async () => {
  // Pauses come with real time.
  vi.useRealTimers();
  const { finished, slices, held, add } = setup({ sliceMs: 0.001 });
  const profile = add('a', { samples: 2000 });
  while (slices.longestMs === 0) await turns(1);
  finished.abandon(0);
  await turns(500);
  expect(isEmpty(profile)).toBe(true);
  expect(held()).toBe(0);
  expect(finished.claim('a')).toBe(0);
});

test('compaction that is stopped or fails leaves the profile and its hold to whoever claims it', async () => {
  const { finished, slices, held, add } = setup();
  slices.stop();
  const profile = add('a');
  profile.samples[0] = { stack_id: 99_999, thread_id: '0' };
  const before = held();
  await turns(10);
  expect(held()).toBe(before);
  expect(finished.claim('a')).toBe(0);
  expect(held()).toBe(0);
});

test('what nobody claims in time is emptied in place, its hold returned, and counted', () => {
  const { finished, held, add } = setup();
  const first = add('a');
  vi.advanceTimersByTime(CLAIM_MS / 2);
  const second = add('b');
  vi.advanceTimersByTime(CLAIM_MS - 1000);
  expect([first, second].map(isEmpty)).toEqual([true, false]);
  expect(finished.abandoned).toBe(1);
  expect(finished.claim('a')).toBe(0);
  vi.advanceTimersByTime(CLAIM_MS);
  expect(isEmpty(second)).toBe(true);
  expect(finished.abandoned).toBe(2);
  expect(held()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('when the SDK is done, what did not end just now is given up', () => {
  const { finished, add } = setup();
  const old = add('a');
  vi.advanceTimersByTime(SETTLED_CLAIM_MS);
  const young = add('b');
  finished.abandon(SETTLED_CLAIM_MS);
  expect([old, young].map(isEmpty)).toEqual([true, false]);
});

test('the profile of a transaction that outlasts it waits for its end, and as long as any from then on', () => {
  const { finished, add } = setup();
  const profile = add('a', { isCutOff: true });
  vi.advanceTimersByTime(CUT_OFF_CLAIM_MS - 2000);
  finished.abandon(SETTLED_CLAIM_MS);
  expect(isEmpty(profile)).toBe(false);
  finished.expect('a');
  vi.advanceTimersByTime(CLAIM_MS - 2000);
  // Asked again, as the SDK does at its limit for one that has ended long before.
  finished.expect('a');
  expect(isEmpty(profile)).toBe(false);
  vi.advanceTimersByTime(3000);
  expect(isEmpty(profile)).toBe(true);
});

test('a transaction that never ends does not keep its profile for good', () => {
  const { finished, held, add } = setup();
  const profile = add('a', { isCutOff: true });
  vi.advanceTimersByTime(CUT_OFF_CLAIM_MS + 1000);
  expect(isEmpty(profile)).toBe(true);
  expect(held()).toBe(0);
  expect(finished.abandoned).toBe(1);
});

test('what the SDK’s store has evicted is given up at once', () => {
  const { finished, add } = setup();
  const profiles = Array.from({ length: MANY }, (_, i) => add(String(i), { isCutOff: true }));
  expect(profiles.map(isEmpty)).toEqual([true, ...Array(MANY - 1).fill(false)]);
  expect(finished.abandoned).toBe(1);
});

test('one with a single sample goes nowhere: the SDK discards it', () => {
  const { finished, held, add } = setup();
  add('a', { samples: 1 });
  expect(held()).toBe(0);
  vi.advanceTimersByTime(2 * CLAIM_MS);
  expect(finished.abandoned).toBe(0);
});

test('close lets go of all of them as they are', async () => {
  const { finished, held, add } = setup();
  const profile = add('a');
  finished.close();
  expect(finished.abandoned).toBe(1);
  expect(held()).toBe(0);
  await turns(10);
  expect(isEmpty(profile)).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('a settling client waits a moment for what has just ended, and gives it up then', async () => {
  vi.useRealTimers();
  const { finished, held, add } = setup();
  add('comes');
  add('never comes');
  const settled = finished.settle(Number.POSITIVE_INFINITY);
  finished.claim('comes');
  expect(finished.abandoned).toBe(0);
  await settled;
  expect(finished.abandoned).toBe(1);
  expect(held()).toBe(0);
});

test('it waits no longer than it may, and for nothing that can’t come yet', async () => {
  vi.useRealTimers();
  const { finished, add } = setup();
  add('cut off', { isCutOff: true });
  await finished.settle(Number.POSITIVE_INFINITY);
  add('late');
  await finished.settle(1);
  expect(finished.abandoned).toBe(0);
});
