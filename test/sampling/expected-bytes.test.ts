import { expect, test } from 'vitest';
import { createExpectedBytes } from '../../src/sampling/expected-bytes.ts';
import { createRandom, FIRST_BYTES, MiB } from './simulation.ts';

test('it settles a little above the mean of what varies by half', () => {
  const expected = createExpectedBytes(FIRST_BYTES);
  const random = createRandom(1);
  let sum = 0;
  for (let i = 0; i < 5000; i++) {
    expected.observe(3 * MiB * (0.5 + random()));
    if (i >= 1000) sum += expected.value;
  }
  const settled = sum / 4000 / (3 * MiB);
  expect(settled).toBeGreaterThan(1.02);
  expect(settled).toBeLessThan(1.1);
});

test('once it has learned, it rises faster than it falls', () => {
  const [rising, falling] = [createExpectedBytes(FIRST_BYTES), createExpectedBytes(FIRST_BYTES)];
  const start = rising.value;
  for (let i = 0; i < 50; i++) for (const one of [rising, falling]) one.observe(start);
  for (let i = 0; i < 5; i++) {
    rising.observe(start + MiB);
    falling.observe(start - MiB);
  }
  expect(rising.value - start).toBeGreaterThan(0.5 * MiB);
  expect(start - falling.value).toBeLessThan(rising.value - start);
});

test('the first smaller ones correct the guess', () => {
  const expected = createExpectedBytes(FIRST_BYTES);
  for (let i = 0; i < 5; i++) expected.observe(0.05 * MiB);
  expect(expected.value).toBeLessThan(0.5 * MiB);
});

test('it forgets a dear time', () => {
  const expected = createExpectedBytes(FIRST_BYTES);
  for (let i = 0; i < 50; i++) expected.observe(20 * MiB);
  for (let i = 0; i < 50; i++) expected.observe(MiB);
  expect(expected.value).toBeLessThan(1.2 * MiB);
});

test('what is no size teaches nothing', () => {
  const expected = createExpectedBytes(FIRST_BYTES);
  const { value } = expected;
  for (const bytes of [Number.NaN, Number.POSITIVE_INFINITY, -1]) expected.observe(bytes);
  expect(expected.value).toBe(value);
});
