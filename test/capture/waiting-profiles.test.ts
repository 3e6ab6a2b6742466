import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  CLAIM_MS,
  CUT_OFF_CLAIM_MS,
  SETTLED_CLAIM_MS,
  WaitingProfiles,
} from '../../src/capture/waiting-profiles.ts';
import { type Entry, Ledger } from '../../src/ledger.ts';
import { RecordedProfile } from '../../src/record/recorded-profile.ts';
import { createRecorder } from '../support/recording.ts';

const EXPECTED_BYTES = 64 * 1024;
const NEVER_FLUSHED = Number.NEGATIVE_INFINITY;

beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

function setup() {
  const ledger = new Ledger(1024 * EXPECTED_BYTES, () => {});
  const { recorder, host } = createRecorder();
  const given: RecordedProfile[] = [];
  const waiting = new WaitingProfiles((profile) => given.push(profile));
  return {
    waiting,
    given,
    held: () => ledger.totals().heldBytes,
    /** A profile that has ended. */
    add(id: string, { isCutOff = false } = {}): RecordedProfile {
      const entry = ledger.reserve({ id, format: 'transaction' }, EXPECTED_BYTES) as Entry;
      const profile = new RecordedProfile({ recorder, host, findImages: () => [], entry, onEvicted() {} });
      profile.end(performance.now());
      waiting.add(profile, isCutOff);
      return profile;
    },
  };
}

test('what has come in time is not given up', () => {
  const { waiting, given, add } = setup();
  waiting.remove(add('a'));
  vi.advanceTimersByTime(2 * CLAIM_MS);
  expect(given).toEqual([]);
  expect(waiting.abandoned).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('what nobody claims in time is given up and counted, each in its turn', () => {
  const { waiting, given, add } = setup();
  const first = add('a');
  vi.advanceTimersByTime(CLAIM_MS / 2);
  const second = add('b');
  vi.advanceTimersByTime(CLAIM_MS - 1000);
  expect(given).toEqual([first]);
  expect(waiting.abandoned).toBe(1);
  vi.advanceTimersByTime(CLAIM_MS);
  expect(given).toEqual([first, second]);
  expect(waiting.abandoned).toBe(2);
  expect(vi.getTimerCount()).toBe(0);
});

test('the profile of a transaction that outlasts it waits for its end, and as long as any from then on', () => {
  const { waiting, given, add } = setup();
  const profile = add('a', { isCutOff: true });
  vi.advanceTimersByTime(CUT_OFF_CLAIM_MS - 2000);
  expect(given).toEqual([]);
  waiting.expect(profile);
  vi.advanceTimersByTime(CLAIM_MS - 2000);
  // Asked again, as the SDK does at its limit for one that has ended long before.
  waiting.expect(profile);
  expect(given).toEqual([]);
  vi.advanceTimersByTime(3000);
  expect(given).toEqual([profile]);
});

test('while its transaction goes on it holds next to nothing: spans that never end leave the budget to others', () => {
  const { add, held } = setup();
  add('cut off', { isCutOff: true });
  expect(held()).toBeLessThan(EXPECTED_BYTES / 10);
  add('ended');
  expect(held()).toBeGreaterThanOrEqual(EXPECTED_BYTES);
});

test('a transaction that never ends does not keep its profile for good', () => {
  const { waiting, given, add } = setup();
  const profile = add('a', { isCutOff: true });
  vi.advanceTimersByTime(CUT_OFF_CLAIM_MS + 1000);
  expect(given).toEqual([profile]);
  expect(waiting.abandoned).toBe(1);
});

test('many wait at once: the SDK’s own store, which holds 50, is not what they are in', () => {
  const { waiting, given, add } = setup();
  const profiles = Array.from({ length: 200 }, (_, i) => add(String(i)));
  expect(given).toEqual([]);
  for (const profile of profiles) waiting.remove(profile);
  vi.advanceTimersByTime(2 * CLAIM_MS);
  expect(given).toEqual([]);
});

test('close gives up all of them: nobody is left to claim them', () => {
  const { waiting, given, add } = setup();
  const profiles = [add('a'), add('b', { isCutOff: true })];
  const timers = vi.getTimerCount();
  waiting.close();
  expect(given).toEqual(profiles);
  expect(waiting.abandoned).toBe(2);
  expect(vi.getTimerCount()).toBe(timers - 1);
});

test('when the SDK is done, what did not end just now is given up', async () => {
  const { waiting, given, add } = setup();
  const old = add('a');
  vi.advanceTimersByTime(SETTLED_CLAIM_MS);
  add('b');
  await waiting.settle(0, NEVER_FLUSHED);
  expect(given).toEqual([old]);
});

test('a settling client waits a moment for what has just ended, and gives it up then', async () => {
  vi.useRealTimers();
  const { waiting, given, add } = setup();
  const comes = add('comes');
  const never = add('never comes');
  const settled = waiting.settle(Number.POSITIVE_INFINITY, NEVER_FLUSHED);
  waiting.remove(comes);
  expect(given).toEqual([]);
  await settled;
  expect(given).toEqual([never]);
});

test('it waits no longer than it may, and for nothing that can’t come yet', async () => {
  vi.useRealTimers();
  const { waiting, add } = setup();
  add('cut off', { isCutOff: true });
  await waiting.settle(Number.POSITIVE_INFINITY, NEVER_FLUSHED);
  add('late');
  await waiting.settle(1, NEVER_FLUSHED);
  expect(waiting.abandoned).toBe(0);
});

test('what had ended when the spans were sent on is given up at once; what has ended since may still be claimed', async () => {
  const { waiting, given, add } = setup();
  const first = add('a');
  const cutOff = add('cut off', { isCutOff: true });
  const flushedAtMs = performance.now();
  vi.advanceTimersByTime(1);
  const second = add('b');
  void waiting.settle(10_000, flushedAtMs);
  expect(given).toEqual([first]);
  waiting.remove(second);
  waiting.close();
  expect(given).toEqual([first, cutOff]);
});
