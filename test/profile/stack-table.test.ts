import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_CHAIN } from '../../src/profile/frame-table.ts';
import { createStackTable, internStack } from '../../src/profile/stack-table.ts';
import { countingReads } from '../support/steps.ts';

describe('internStack', () => {
  test('gives equal stacks one id and others another, however badly they are hashed', () => {
    const stacks = fc.array(fc.array(fc.nat(2), { maxLength: 4 }), { maxLength: 40 });
    fc.assert(
      fc.property(stacks, fc.nat(2), (list, hashes) => {
        const table = createStackTable();
        const known: string[] = [];
        for (const stack of list) {
          const text = stack.join();
          if (!known.includes(text)) known.push(text);
          const polynomial = stack.reduce((sum, id) => sum + id, 0) * hashes;
          expect(internStack(table, Int32Array.from(stack), stack.length, polynomial)).toBe(
            known.indexOf(text),
          );
        }
        expect(table.kept.map((stack) => stack.join())).toEqual(known);
      }),
      { numRuns: 2000 },
    );
  });

  test('reads its first entries only, and copies them', () => {
    const table = createStackTable();
    const scratch = Int32Array.of(1, 2, 3, 4);
    internStack(table, scratch, 2, 0);
    scratch.fill(9);
    expect(table.kept).toEqual([[1, 2]]);
    expect(internStack(table, Int32Array.of(1, 2, 8), 2, 0)).toBe(0);
  });

  test('compares a bounded number of stacks though all collide', () => {
    const table = createStackTable();
    const counter = { count: 0 };
    const count = 5000;
    for (let i = 0; i < count; i++) {
      expect(internStack(table, Int32Array.of(i), 1, 0)).toBe(i);
      table.kept[i] = countingReads(table.kept[i] as number[], counter);
    }
    expect(counter.count).toBeGreaterThan(count * MAX_CHAIN * 0.9);
    expect(counter.count).toBeLessThanOrEqual(count * MAX_CHAIN * 2);
  });
});
