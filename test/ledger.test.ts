import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Entry, Ledger } from '../src/ledger.ts';
import type { Drop, DropReason } from '../src/options.ts';

const BUDGET_BYTES = 1000;
const IDENTITY = { id: 'a', format: 'chunk' } as const;

function createLedger() {
  const drops: Drop[] = [];
  const ledger = new Ledger(BUDGET_BYTES, (drop) => drops.push(drop));
  /** Enters a profile that has been intercepted. */
  const capture = (): Entry => {
    const entry = ledger.enter(IDENTITY);
    entry.capture();
    return entry;
  };
  return { ledger, drops, capture };
}

test('room is given up to the budget, to the byte', () => {
  const { ledger, capture } = createLedger();
  expect(capture().resize(400)).toBe(true);
  const second = capture();
  expect(second.resize(601)).toBe(false);
  expect(second.resize(600)).toBe(true);
  expect(ledger.totals()).toMatchObject({ captured: 2, pending: 2, heldBytes: 1000, peakHeldBytes: 1000 });
});

test('a refused rise changes nothing', () => {
  const { ledger, capture } = createLedger();
  capture().resize(500);
  const entry = capture();
  entry.resize(400);
  expect(entry.resize(501)).toBe(false);
  expect(ledger.totals().heldBytes).toBe(900);
});

test('a profile that is to be recorded is in no count until it is captured, and then once', () => {
  const { ledger } = createLedger();
  const entry = ledger.reserve(IDENTITY, 300) as Entry;
  expect(ledger.totals()).toMatchObject({ captured: 0, pending: 0, heldBytes: 300 });
  entry.capture();
  entry.capture();
  expect(ledger.totals()).toMatchObject({ captured: 1, pending: 1, heldBytes: 300 });
});

test('what is given back before it is captured leaves nothing; after that it can’t be', () => {
  const { ledger } = createLedger();
  const given = ledger.reserve(IDENTITY, 300) as Entry;
  given.release();
  given.capture();
  given.drop('network', 'by a test');
  expect(ledger.totals()).toMatchObject({ captured: 0, droppedTotal: 0, heldBytes: 0 });
  const captured = ledger.reserve(IDENTITY, 300) as Entry;
  captured.capture();
  captured.release();
  expect(ledger.totals()).toMatchObject({ captured: 1, pending: 1, heldBytes: 300 });
});

test('what is dropped before it is captured counts as captured', () => {
  const { ledger } = createLedger();
  ledger.reserve(IDENTITY, 300)?.drop('budget', 'by a test');
  expect(ledger.totals()).toMatchObject({ captured: 1, pending: 0, dropped: { budget: 1 }, heldBytes: 0 });
});

test('what is expected of a profile is refused above the budget, even alone', () => {
  const { ledger } = createLedger();
  expect(ledger.reserve(IDENTITY, BUDGET_BYTES + 1)).toBeUndefined();
  expect(ledger.totals()).toMatchObject({ heldBytes: 0, peakHeldBytes: 0 });
});

test('an intercepted profile larger than the budget is taken only when no other is held', () => {
  const { ledger, capture } = createLedger();
  expect(ledger.holdShared(100)).toBe(true);
  const small = capture();
  small.resize(1);
  const large = capture();
  expect(large.resize(5000)).toBe(false);
  small.deliver(1);
  expect(large.resize(5000)).toBe(true);
  expect(capture().resize(1)).toBe(false);
  expect(ledger.holdShared(101)).toBe(false);
});

test('what all profiles share is held once, sinks always, and rises where there is room', () => {
  const { ledger } = createLedger();
  expect(ledger.holdShared(600)).toBe(true);
  expect(ledger.reserve(IDENTITY, 401)).toBeUndefined();
  expect(ledger.reserve(IDENTITY, 400)).toBeDefined();
  expect(ledger.holdShared(600.5)).toBe(false);
  expect(ledger.totals().heldBytes).toBe(1000);
  expect(ledger.holdShared(0)).toBe(true);
  expect(ledger.totals()).toMatchObject({ heldBytes: 400, peakHeldBytes: 1000 });
});

test('a lower budget takes nothing new, and comes into force as what is held goes', () => {
  const { ledger, capture } = createLedger();
  const [first, second] = [capture(), capture()];
  first.resize(500);
  second.resize(400);
  ledger.budgetBytes = 300;
  expect(ledger.budgetBytes).toBe(900);
  expect(capture().resize(1)).toBe(false);
  first.drop('network', 'by a test');
  expect(ledger.budgetBytes).toBe(400);
  expect(capture().resize(1)).toBe(false);
  second.resize(200);
  expect(ledger.budgetBytes).toBe(300);
  expect(capture().resize(100)).toBe(true);
});

test('a higher budget has room at once', () => {
  const { ledger, capture } = createLedger();
  capture().resize(1000);
  ledger.budgetBytes = 1500;
  expect(capture().resize(500)).toBe(true);
  expect(capture().resize(1)).toBe(false);
});

test('a profile ends once', () => {
  const { ledger, drops, capture } = createLedger();
  const entry = capture();
  entry.resize(100);
  entry.deliver(60);
  entry.deliver(60);
  entry.drop('network', 'by a test');
  expect(entry.resize(1)).toBe(false);
  expect(drops).toEqual([]);
  expect(ledger.totals()).toMatchObject({
    captured: 1,
    delivered: 1,
    pending: 0,
    heldBytes: 0,
    sentBytes: 60,
  });
});

test('a drop is counted by its reason and told', () => {
  const { ledger, drops, capture } = createLedger();
  const entry = capture();
  entry.itemBytes = 77;
  entry.drop('malformed', 'by a test');
  expect(drops).toEqual([{ ...IDENTITY, reason: 'malformed', bytes: 77, detail: 'by a test' }]);
  expect(ledger.totals()).toMatchObject({ droppedTotal: 1, dropped: { malformed: 1 }, heldBytes: 0 });
});

const step = fc.record({
  kind: fc.constantFrom('capture', 'resize', 'rest', 'share', 'release', 'deliver', 'drop', 'budget'),
  which: fc.nat(19),
  bytes: fc.nat(1200),
  reason: fc.constantFrom<DropReason>('budget', 'network', 'rejected'),
});

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const DOING: Record<Step['kind'], (step: Step, entry: Entry, ledger: Ledger) => void> = {
  capture: (_, entry) => entry.capture(),
  resize: ({ bytes }, entry) => entry.resize(bytes),
  rest: ({ bytes }, entry) => entry.holdRest(bytes / 2),
  share: ({ bytes }, _, ledger) => ledger.holdShared(bytes),
  release: (_, entry) => entry.release(),
  deliver: ({ bytes }, entry) => entry.deliver(bytes),
  drop: ({ reason }, entry) => entry.drop(reason, 'by a test'),
  budget: ({ bytes }, _, ledger) => {
    ledger.budgetBytes = bytes;
  },
};

test('captured = delivered + dropped + pending and held <= budget, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const { ledger } = createLedger();
      const captured = new Set<Entry>();
      const entries = Array.from({ length: 20 }, (_, i) => {
        return ledger.reserve(IDENTITY, 20 * i) ?? ledger.enter(IDENTITY);
      });
      for (const taken of steps) {
        const entry = entries[taken.which] as Entry;
        const before = ledger.totals().captured;
        DOING[taken.kind](taken, entry, ledger);
        const { captured: count, delivered, droppedTotal, pending, heldBytes } = ledger.totals();
        if (count > before) captured.add(entry);
        expect(count).toBe(captured.size);
        expect(delivered + droppedTotal + pending).toBe(count);
        const holders = entries.filter((one) => one.heldBytes > 0);
        const ownBytes = holders.reduce((sum, one) => sum + one.heldBytes, 0);
        expect(heldBytes).toBeGreaterThanOrEqual(ownBytes);
        const isAlone = holders.length === 1 && captured.has(holders[0] as Entry);
        if (!isAlone) expect(heldBytes).toBeLessThanOrEqual(ledger.budgetBytes);
      }
      for (const entry of entries) {
        entry.drop('network', 'by a test');
        entry.holdRest(0);
      }
      expect(ledger.holdShared(0)).toBe(true);
      expect(ledger.totals().heldBytes).toBe(0);
      expect(ledger.reservedBytes).toBe(0);
    }),
    { numRuns: 500 },
  );
});
