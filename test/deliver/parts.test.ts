import { expect, test } from 'vitest';
import { Parts } from '../../src/deliver/parts.ts';
import type { AnyEnvelope, AnyItem } from '../../src/deliver/profile-items.ts';
import { Shipment } from '../../src/deliver/shipment.ts';
import { Ledger } from '../../src/ledger.ts';
import type { Drop } from '../../src/options.ts';

const OBJECT_BYTES = 1000;
const ATTACHMENT: AnyItem = [{ type: 'attachment' } as AnyItem[0], 'text'];

/** The end of a part is known a turn later. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A chunk that is about to be sent in parts, with an attachment beside it. */
function setup() {
  const drops: Drop[] = [];
  const sent: AnyEnvelope[] = [];
  const reports: string[] = [];
  const ledger = new Ledger(2000, (drop) => drops.push(drop));
  const exits = {
    send: (envelope: AnyEnvelope) => {
      sent.push(envelope);
      return Promise.resolve({});
    },
    report: (reason: string, category: string) => void reports.push(`${reason} ${category}`),
  };
  const reservation = ledger.enter({ id: 'chunk', format: 'chunk' });
  reservation.capture();
  reservation.resize(OBJECT_BYTES);
  const header = { event_id: 'a'.repeat(32) } as unknown as AnyEnvelope[0];
  const item = { header: { type: 'profile_chunk' } as AnyItem[0] };
  const whole = new Shipment(item, reservation, [header, [ATTACHMENT]], exits);
  return {
    parts: new Parts(whole, exits),
    whole,
    ledger,
    totals: () => ledger.totals(),
    drops,
    sent,
    reports,
  };
}

test('the objects are held until the last part is made, and each part until it has arrived', async () => {
  const { parts, totals } = setup();
  const [first, second] = [parts.add(), parts.add()];
  expect(first.reservation.resize(200)).toBe(true);
  expect(second.reservation.resize(300)).toBe(true);
  expect(totals().heldBytes).toBe(OBJECT_BYTES + 500);
  first.deliver(150, {});
  expect(totals().heldBytes).toBe(OBJECT_BYTES + 300);
  expect(first.reservation.resize(200)).toBe(false);
  parts.end();
  expect(totals()).toMatchObject({ heldBytes: 300, delivered: 0, pending: 1 });
  second.deliver(250, {});
  await nextTurn();
  expect(totals()).toMatchObject({ heldBytes: 0, captured: 1, delivered: 1, pending: 0, sentBytes: 400 });
});

test('it has arrived when all parts have, in any order, not before the last is made', async () => {
  const { parts, whole, totals } = setup();
  const [first, second] = [parts.add(), parts.add()];
  second.deliver(1, {});
  first.deliver(1, {});
  await nextTurn();
  expect(totals().pending).toBe(1);
  parts.end();
  expect(totals()).toMatchObject({ delivered: 1, pending: 0 });
  await whole.ended;
});

test('the first failure is the reason, and told of once', async () => {
  const { parts, totals, drops, reports } = setup();
  const [first, second, third] = [parts.add(), parts.add(), parts.add()];
  second.drop('rejected');
  first.drop('network');
  parts.end();
  third.deliver(1, {});
  await nextTurn();
  expect(totals()).toMatchObject({ delivered: 0, droppedTotal: 1, heldBytes: 0 });
  expect(drops.map(({ reason }) => reason)).toEqual(['rejected']);
  expect(reports).toEqual(['send_error profile_chunk']);
});

test('what the server has counted is not reported, though other parts fail later', async () => {
  const { parts, drops, reports } = setup();
  const [first, second] = [parts.add(), parts.add()];
  first.dropWithRest('rate-limited', 'counted-elsewhere', {});
  second.drop('network');
  parts.end();
  await nextTurn();
  expect(drops.map(({ reason }) => reason)).toEqual(['rate-limited']);
  expect(reports).toEqual([]);
});

test('parts that could not all be made are a failure, reported too', async () => {
  const { parts, drops, reports } = setup();
  parts.add().deliver(1, {});
  parts.end('too-large');
  await nextTurn();
  expect(drops.map(({ reason }) => reason)).toEqual(['too-large']);
  expect(reports).toEqual(['send_error profile_chunk']);
});

test('what else is in the envelope travels with the first part, and is sent once, whatever fails', async () => {
  const { parts, whole, sent } = setup();
  const [first, second] = [parts.add(), parts.add()];
  expect([await first.rest(), await second.rest()]).toEqual([[ATTACHMENT], []]);
  first.drop('rejected');
  second.drop('rejected');
  parts.end();
  await whole.ended;
  expect(sent.map(([, items]) => items)).toEqual([[ATTACHMENT]]);
  expect(new Set([first, second].map(({ envelopeHeader }) => JSON.stringify(envelopeHeader))).size).toBe(2);
});

test('a part for which there is no room is told so', () => {
  const { parts, ledger } = setup();
  const others = ledger.reserve({ id: 'other', format: 'chunk' }, 500);
  const part = parts.add();
  expect(part.reservation.resize(501)).toBe(false);
  expect(part.reservation.heldBytes).toBe(0);
  others?.release();
  expect(part.reservation.resize(501)).toBe(true);
});
