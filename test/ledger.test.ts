import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ledger, type Reservation } from '../src/ledger.ts';
import type { Drop, DropReason } from '../src/options.ts';

const BUDGET_BYTES = 1000;
const IDENTITY = { id: 'a', format: 'chunk' } as const;

function createLedger() {
  const drops: Drop[] = [];
  const ledger = new Ledger(BUDGET_BYTES, (drop) => drops.push(drop));
  return { ledger, drops };
}

test('room is given up to the budget, to the byte', () => {
  const { ledger } = createLedger();
  expect(ledger.capture(IDENTITY).resize(400)).toBe(true);
  const second = ledger.capture(IDENTITY);
  expect(second.resize(601)).toBe(false);
  expect(second.resize(600)).toBe(true);
  expect(ledger.totals()).toMatchObject({ captured: 2, pending: 2, heldBytes: 1000, peakHeldBytes: 1000 });
});

test('a refused rise changes nothing', () => {
  const { ledger } = createLedger();
  ledger.capture(IDENTITY).resize(500);
  const reservation = ledger.capture(IDENTITY);
  reservation.resize(400);
  expect(reservation.resize(501)).toBe(false);
  expect(ledger.totals().heldBytes).toBe(900);
});

test('a profile larger than the budget is taken only when nothing else is held', () => {
  const { ledger } = createLedger();
  const small = ledger.capture(IDENTITY);
  small.resize(1);
  const large = ledger.capture(IDENTITY);
  expect(large.resize(5000)).toBe(false);
  small.deliver(1);
  expect(large.resize(5000)).toBe(true);
  expect(ledger.capture(IDENTITY).resize(1)).toBe(false);
});

test('a profile ends once', () => {
  const { ledger, drops } = createLedger();
  const reservation = ledger.capture(IDENTITY);
  reservation.resize(100);
  reservation.deliver(60);
  reservation.deliver(60);
  reservation.drop('network');
  expect(reservation.resize(1)).toBe(false);
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
  const { ledger, drops } = createLedger();
  const reservation = ledger.capture(IDENTITY);
  reservation.itemBytes = 77;
  reservation.drop('malformed');
  expect(drops).toEqual([{ ...IDENTITY, reason: 'malformed', bytes: 77 }]);
  expect(ledger.totals()).toMatchObject({ droppedTotal: 1, dropped: { malformed: 1 }, heldBytes: 0 });
});

test('captured = delivered + dropped + pending and held <= budget, whatever happens', () => {
  const step = fc.record({
    kind: fc.constantFrom('capture', 'resize', 'deliver', 'drop'),
    which: fc.nat(20),
    bytes: fc.nat(1200),
    reason: fc.constantFrom<DropReason>('budget', 'network', 'rejected'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const { ledger } = createLedger();
      const all: Reservation[] = [];
      const held = new Map<Reservation, number>();
      for (const { kind, which, bytes, reason } of steps) {
        const reservation = all[which % Math.max(1, all.length)];
        if (kind === 'capture' || reservation === undefined) all.push(ledger.capture(IDENTITY));
        else if (kind === 'resize') {
          if (reservation.resize(bytes)) held.set(reservation, bytes);
        } else {
          if (kind === 'deliver') reservation.deliver(bytes);
          else reservation.drop(reason);
          held.delete(reservation);
        }
        const totals = ledger.totals();
        const heldBytes = [...held.values()].reduce((sum, one) => sum + one, 0);
        expect(totals.captured).toBe(all.length);
        expect(totals.delivered + totals.droppedTotal + totals.pending).toBe(totals.captured);
        expect(totals.heldBytes).toBe(heldBytes);
        const holders = [...held.values()].filter((one) => one > 0);
        if (holders.length > 1) expect(heldBytes).toBeLessThanOrEqual(Math.max(BUDGET_BYTES, ...holders));
      }
    }),
    { numRuns: 500 },
  );
});
