import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_BYTES } from '../../src/encode/block-writer.ts';
import { measureJson } from '../../src/encode/measure.ts';
import { runToEnd, UNPACED } from '../../src/pace/pace.ts';
import { jsonOf, oddString, oddValue } from '../support/json-values.ts';
import { oddProfile, realisticProfile } from '../support/profiles.ts';
import { ALWAYS_OVER, runCounting } from '../support/steps.ts';

function measure(value: unknown): number {
  return runToEnd(measureJson(value, UNPACED)).bytes;
}

describe('measureJson', () => {
  test('is the exact length of the UTF-8 of any value', () => {
    const values = fc.oneof(oddValue, oddProfile).filter((value) => jsonOf(value) !== undefined);
    fc.assert(
      fc.property(values, (value) => {
        expect(measure(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
      }),
      { numRuns: 2000 },
    );
  });

  test('is exact over many blocks', () => {
    fc.assert(
      fc.property(oddString, fc.integer({ min: 10_000, max: 60_000 }), (text, times) => {
        const value = [text.repeat(times), { [text]: [text] }];
        expect(measure(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
      }),
      { numRuns: 30 },
    );
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['a BigInt', { a: 1n }],
  ])('refuses %s with a TypeError', (_, value) => {
    expect(() => measure(value)).toThrow(TypeError);
  });

  test('pauses, and measures the same', () => {
    const profile = realisticProfile({ samples: 3000 });
    const { value, pauses } = runCounting(measureJson(profile, ALWAYS_OVER), { count: 0 });
    expect(value.bytes).toBe(measure(profile));
    expect(pauses).toBeGreaterThan(100);
  });

  test('does not pause unless asked to', () => {
    const profile = realisticProfile({ samples: 3000 });
    expect(runCounting(measureJson(profile, UNPACED), { count: 0 }).pauses).toBe(0);
  });
});

describe('measureJson gives up', () => {
  /** Two to the power of sixty texts, of which each pair of lists holds the pair before twice. */
  const endless = Array.from({ length: 60 }).reduce((value) => [value, value], 'text');

  test('what is longer than it may be', () => {
    expect(() => runToEnd(measureJson(endless, UNPACED, 0, 1_000_000))).toThrow(RangeError);
  });

  test('nothing that is just as long', () => {
    const profile = realisticProfile({ samples: 1000 });
    const bytes = measure(profile);
    expect(runToEnd(measureJson(profile, UNPACED, 0, bytes)).bytes).toBe(bytes);
  });
});

describe('measureJson keeps what it wrote', () => {
  const profile = realisticProfile({ samples: 1000 });
  const needed = runToEnd(measureJson(profile, UNPACED, Infinity)).blocks?.length ?? 0;

  test('if that takes no more memory than it may keep', () => {
    const { bytes, blocks } = runToEnd(measureJson(profile, UNPACED, needed * BLOCK_BYTES));
    const kept = Buffer.concat(blocks ?? []);
    expect(kept.length).toBe(bytes);
    expect(kept.equals(Buffer.from(JSON.stringify(profile)))).toBe(true);
  });

  test.each([
    ['one byte less than that', needed * BLOCK_BYTES - 1],
    ['half of that', (needed / 2) * BLOCK_BYTES],
    ['less than a block', BLOCK_BYTES - 1],
    ['nothing', 0],
  ])('but nothing if it may keep %s, and counts the same', (_, keepBytes) => {
    const { bytes, blocks } = runToEnd(measureJson(profile, UNPACED, keepBytes));
    expect([bytes, blocks]).toEqual([Buffer.byteLength(JSON.stringify(profile)), undefined]);
  });
});
