import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { boundedProfilingIntegration } from '../src/index.ts';
import { resolveOptions } from '../src/options.ts';

const MiB = 1024 * 1024;

test('defaults', () => {
  const { memoryBudgetBytes, ...others } = resolveOptions();
  expect(memoryBudgetBytes).toBeGreaterThanOrEqual(16 * MiB);
  expect(memoryBudgetBytes).toBeLessThanOrEqual(64 * MiB);
  expect(others).toEqual({
    maxItemBytes: 50 * MiB,
    maxEnvelopeBytes: 200 * MiB,
    maxRequestBytes: Number.POSITIVE_INFINITY,
    maxSliceMs: 5,
    uploadTimeoutMs: 30_000,
    maxRetryAgeMs: 300_000,
    onDrop: undefined,
  });
});

test('undefined stands for the default', () => {
  expect(resolveOptions({ maxItemBytes: undefined } as never).maxItemBytes).toBe(50 * MiB);
});

test.each([
  ['memoryBudgetBytes', MiB],
  ['maxItemBytes', 1024],
  ['maxEnvelopeBytes', 1024],
  ['maxRequestBytes', 1024],
  ['maxSliceMs', 0.1],
  ['uploadTimeoutMs', 1],
  ['maxRetryAgeMs', 0],
])('%s takes its smallest value %d', (name, value) => {
  expect(resolveOptions({ [name]: value })).toMatchObject({ [name]: value });
});

const NOT_NUMBERS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  '10',
  null,
  {},
  Object.create(null),
  true,
  10n,
];
test.each([
  ['memoryBudgetBytes', [...NOT_NUMBERS, 0, MiB - 1, 2 * MiB + 0.5]],
  ['maxItemBytes', [...NOT_NUMBERS, 0, 1023, 2048.5]],
  ['maxEnvelopeBytes', [...NOT_NUMBERS, 0, 1023]],
  ['maxRequestBytes', [...NOT_NUMBERS, 0, 1023]],
  ['maxSliceMs', [...NOT_NUMBERS, 0, 1001]],
  ['uploadTimeoutMs', [...NOT_NUMBERS, 0, 2 ** 31]],
  ['maxRetryAgeMs', [...NOT_NUMBERS, 2 ** 31]],
  ['onDrop', [1, 'log', {}, null]],
])('a bad %s throws a TypeError at construction that names it, the range and the value', (name, values) => {
  for (const value of values) {
    const construct = () => boundedProfilingIntegration({ [name]: value } as never);
    expect(construct).toThrow(TypeError);
    expect(construct).toThrow(`Expected \`${name}\` to be a`);
    expect(construct).toThrow(`got \`${inspect(value)}\` (${typeof value})`);
    expect(construct).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }));
  }
});

test.each([[null], ['options'], [5]])('options that are no object throw: %s', (options) => {
  expect(() => boundedProfilingIntegration(options as never)).toThrow('Expected `options` to be an object');
});
