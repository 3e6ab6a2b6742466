import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { boundedProfilingIntegration } from '../src/index.ts';
import { resolveOptions } from '../src/resolve-options.ts';

const MiB = 1024 * 1024;

test('defaults', () => {
  expect(resolveOptions()).toEqual({
    memoryBudgetBytes: undefined,
    maxItemBytes: 50 * MiB,
    maxEnvelopeBytes: 200 * MiB,
    maxRequestBytes: Number.POSITIVE_INFINITY,
    sampling: {
      lowWatermark: 0.6,
      highWatermark: 0.7,
      criticalWatermark: 0.78,
      contexts: 'root-spans',
      intervalMs: 1000,
    },
    maxActiveProfiles: 32,
    maxChunkMs: 10_000,
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
  ['maxActiveProfiles', 1],
  ['maxChunkMs', 1000],
  ['sampling', false],
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
  ['maxActiveProfiles', [...NOT_NUMBERS, 0, 1.5]],
  ['maxChunkMs', [...NOT_NUMBERS, 999, 60_001]],
  ['sampling', [true, 1, 'off', [], null]],
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

test('a misspelled option throws: the bound that it meant would not be there', () => {
  const construct = () => boundedProfilingIntegration({ maxItembytes: 5 } as never);
  expect(construct).toThrow(
    'Expected `maxItembytes` to be an option, one of memoryBudgetBytes, maxItemBytes',
  );
  expect(() => boundedProfilingIntegration([] as never)).toThrow('Expected `options` to be an object');
  expect(() => boundedProfilingIntegration({ sampling: { low: 0.5 } as never })).toThrow('`sampling.low`');
});

test.each([
  [{ lowWatermark: 0.5, highWatermark: 0.6, criticalWatermark: 0.7 }],
  [{ contexts: () => 5 }],
  [{ contexts: 'active-resources' }],
  [{ intervalMs: 10 }],
])('sampling takes %o', (sampling) => {
  expect(resolveOptions({ sampling } as never).sampling).toMatchObject(sampling);
});

test.each([
  [{ lowWatermark: 0 }, '`sampling.lowWatermark` to be a number above 0'],
  [{ lowWatermark: 0.7 }, '`sampling.lowWatermark` to be below highWatermark (0.7)'],
  [{ highWatermark: 0.78 }, '`sampling.highWatermark` to be below criticalWatermark (0.78)'],
  [{ criticalWatermark: 1.1 }, '`sampling.criticalWatermark` to be a number above 0, at most 1'],
  [{ contexts: 'spans' }, "`sampling.contexts` to be 'root-spans', 'active-resources' or a function"],
  [{ intervalMs: 9 }, '`sampling.intervalMs` to be a number from 10 to 60000'],
])('sampling refuses %o', (sampling, message) => {
  expect(() => boundedProfilingIntegration({ sampling } as never)).toThrow(message);
});
