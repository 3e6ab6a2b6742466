import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowTable } from '../../src/record/row-table.ts';

/** Few values, so that equal rows are common, among the extremes of an integer of 32 bits. */
const cell = fc.oneof(
  fc.integer({ min: -2, max: 5 }),
  fc.constantFrom(2 ** 31 - 1, -(2 ** 31)),
  fc.integer(),
);

const rows = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 300 }));

test('equal rows have one id, ids count up from 0, and each row is kept as it was', () => {
  fc.assert(
    fc.property(rows, (all) => {
      const width = all[0]?.length ?? 1;
      const table = new RowTable(width);
      const ids = new Map<string, number>();
      for (const row of all) {
        const key = row.join();
        const expected = ids.get(key) ?? ids.size;
        ids.set(key, expected);
        expect(table.intern(Int32Array.from(row))).toBe(expected);
        expect(table.size).toBe(ids.size);
      }
      for (const [key, id] of ids) {
        expect(Array.from({ length: width }, (_, column) => table.at(id, column)).join()).toBe(key);
      }
    }),
  );
});

test('it grows with its rows, each of which is found again', () => {
  const table = new RowTable(2);
  const row = new Int32Array(2);
  const empty = table.bytes;
  for (let i = 0; i < 50_000; i++) {
    row[0] = i >> 3;
    row[1] = i;
    expect(table.intern(row)).toBe(i);
  }
  for (let i = 0; i < 50_000; i += 7) {
    row[0] = i >> 3;
    row[1] = i;
    expect(table.intern(row)).toBe(i);
  }
  expect(table.size).toBe(50_000);
  expect(table.bytes).toBeGreaterThan(empty);
  // Two integers a row, and two to four slots for it; a table doubles.
  expect(table.bytes).toBeLessThan(50_000 * 6 * 4 * 2);
});

test('what the caller does to its row later changes nothing', () => {
  const table = new RowTable(1);
  const row = Int32Array.of(7);
  table.intern(row);
  row[0] = 8;
  expect(table.at(0, 0)).toBe(7);
  expect(table.intern(row)).toBe(1);
});
