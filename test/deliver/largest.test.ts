import { expect, test } from 'vitest';
import { findLargest } from '../../src/deliver/largest.ts';

/** The largest number that was found to fit, and the numbers that were tried. */
async function find(least: number, most: number, fillRatioOf: (count: number) => number) {
  const tried: number[] = [];
  const tooMany = { count: most, fillRatio: fillRatioOf(most) };
  const best = await findLargest(least, tooMany, async (count) => {
    tried.push(count);
    return { count, fillRatio: fillRatioOf(count) };
  });
  return { best, tried };
}

test.each([
  { name: 'in proportion', fillRatioOf: (count: number) => count / 1000 },
  { name: 'above what is there anyway', fillRatioOf: (count: number) => 0.7 + count / 10_000 },
  { name: 'ever less', fillRatioOf: (count: number) => Math.sqrt(count / 1000) },
  { name: 'ever more', fillRatioOf: (count: number) => (count / 1000) ** 2 },
  { name: 'all at once', fillRatioOf: (count: number) => (count > 700 ? 3 : 0.95) },
])('where numbers weigh $name, a rather full one is found in few trials', async ({ fillRatioOf }) => {
  const { best, tried } = await find(2, 10_000, fillRatioOf);
  expect(best?.fillRatio).toBeLessThanOrEqual(1);
  expect(best?.fillRatio).toBeGreaterThan(0.7);
  expect(tried.length).toBeLessThanOrEqual(9);
});

test('the least is tried in the end, and what fits not even then is given up', async () => {
  const steep = await find(2, 1e9, (count) => (count <= 2 ? 0.5 : 1e6 * count));
  expect(steep.best?.count).toBe(2);
  expect(steep.tried.length).toBeLessThan(30);
  const none = await find(2, 1e9, () => 5);
  expect(none.best).toBeUndefined();
  expect(none.tried.length).toBeLessThan(30);
  expect(none.tried.at(-1)).toBe(2);
});

test('where there is nothing between, nothing is tried', async () => {
  expect((await find(2, 2, () => 5)).tried).toEqual([]);
});
