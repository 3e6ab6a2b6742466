import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UnseenProfiles } from '../../src/capture/unseen-profiles.ts';
import { type Entry, Ledger } from '../../src/ledger.ts';

const IDENTITY = { id: '', format: 'chunk' } as const;

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

function start(count: number) {
  const ledger = new Ledger(1000, () => {});
  const unseen = new UnseenProfiles(60_000);
  for (let i = 1; i <= count; i++) unseen.start(ledger.reserve(IDENTITY, i * 100) as Entry);
  return { ledger, unseen, held: () => ledger.totals().heldBytes };
}

test('each that comes through ends the oldest; one too many ends nothing', () => {
  const { unseen, held } = start(2);
  expect({ running: unseen.running, held: held() }).toEqual({ running: 2, held: 300 });
  unseen.endOldest();
  expect({ running: unseen.running, held: held() }).toEqual({ running: 1, held: 200 });
  unseen.endOldest();
  unseen.endOldest();
  expect({ running: unseen.running, held: held() }).toEqual({ running: 0, held: 0 });
});

test('what never ends expires when the SDK would have ended it, no sooner', () => {
  const { ledger, unseen, held } = start(2);
  vi.advanceTimersByTime(59_999);
  unseen.start(ledger.reserve(IDENTITY, 1) as Entry);
  unseen.expire();
  expect(unseen.running).toBe(3);
  vi.advanceTimersByTime(1);
  unseen.expire();
  expect(unseen.running).toBe(1);
  expect(held()).toBe(1);
});

test('close gives everything back', () => {
  const { unseen, held } = start(3);
  unseen.close();
  expect(unseen.running).toBe(0);
  expect(held()).toBe(0);
});
