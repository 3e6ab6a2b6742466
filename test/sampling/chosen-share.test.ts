import { expect, test } from 'vitest';
import { createChosenShare } from '../../src/sampling/chosen-share.ts';

test('all are taken to be chosen before the first choice', () => {
  expect(createChosenShare().value).toBe(1);
});

test('it is the mean of the first hundred, and follows a change after that', () => {
  const share = createChosenShare();
  for (let i = 0; i < 100; i++) share.observe(i % 50 === 0);
  expect(share.value).toBeCloseTo(0.02, 6);
  for (let i = 0; i < 1000; i++) share.observe(true);
  expect(share.value).toBeGreaterThan(0.99);
});
