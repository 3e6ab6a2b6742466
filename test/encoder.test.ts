import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  compactProfile,
  encodeProfile,
  MalformedProfileError,
  measureProfile,
  type Profile,
} from '../src/encoder.ts';
import {
  deepFreeze,
  profileOfFrames,
  realisticProfile,
  resolveSamples,
  smallProfile,
} from './support/profiles.ts';

const BLOCK_BYTES = 65_536;

const LARGE: [string, () => object][] = [
  ['a string of 10 MB', () => ({ text: 'x'.repeat(10_000_000) })],
  ['10 MB of what JSON escapes to six bytes', () => ({ text: '\ud800'.repeat(1_700_000) })],
  ['a string of surrogate pairs', () => ({ text: `x${'😀'.repeat(500_000)}` })],
  ['a key of 1 MB', () => ({ ['é'.repeat(500_000)]: 1 })],
  ['many strings of a piece each', () => Array(50).fill('\0'.repeat(8192))],
  ['a flat object at its worst', () => Array(50).fill({ ['\0'.repeat(4000)]: '\0'.repeat(4100) })],
  [
    'a stack of 100,000 entries',
    () => ({ profile: { stacks: [Array.from({ length: 100_000 }, (_, i) => i)] } }),
  ],
  ['a realistic profile', () => realisticProfile({ samples: 3000 })],
];

describe('encodeProfile', () => {
  test.each(LARGE)('yields blocks of at most 64 KiB and none that is empty: %s', (_, build) => {
    const lengths = Array.from(encodeProfile(build()), (block) => block.length);
    expect(lengths.length).toBeGreaterThan(1);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(BLOCK_BYTES);
    expect(Math.min(...lengths)).toBeGreaterThan(0);
  });

  test.each(LARGE)('together they are the JSON: %s', (_, build) => {
    const encoded = Buffer.concat([...encodeProfile(build())]);
    expect(encoded.equals(Buffer.from(JSON.stringify(build())))).toBe(true);
  });

  test('yields blocks that stay as they were when the next are asked for', () => {
    const blocks: Uint8Array[] = [];
    const copies: Buffer[] = [];
    for (const block of encodeProfile(realisticProfile({ samples: 3000 }))) {
      blocks.push(block);
      copies.push(Buffer.from(block));
    }
    expect(blocks.length).toBeGreaterThan(10);
    expect(blocks.every((block, i) => copies[i]?.equals(block))).toBe(true);
  });

  test('yields full blocks but for a piece', () => {
    const lengths = Array.from(encodeProfile(realisticProfile({ samples: 3000 })), (block) => block.length);
    expect(Math.min(...lengths.slice(0, -1))).toBeGreaterThan(BLOCK_BYTES - 6 * 8192);
  });

  test('reads the profile as blocks are asked for', () => {
    let reads = 0;
    const frame = { get function() { return 'x'.repeat(100 + (reads++ % 2)); } }; // biome-ignore format: on one line
    const blocks = encodeProfile(profileOfFrames(Array(10_000).fill(frame)));
    blocks.next();
    expect(reads).toBeLessThan(3000);
  });

  test('can be left early', () => {
    for (const block of encodeProfile(realisticProfile({ samples: 3000 }))) {
      expect(block.length).toBeGreaterThan(0);
      break;
    }
  });

  test('leaves the profile alone', () => {
    const profile = realisticProfile({ samples: 200 });
    const before = JSON.stringify(profile);
    Array.from(encodeProfile(deepFreeze(profile)));
    expect(JSON.stringify(profile) === before).toBe(true);
  });
});

describe('measureProfile', () => {
  test.each(LARGE)('is the sum of the lengths of the blocks: %s', (_, build) => {
    let bytes = 0;
    for (const block of encodeProfile(build())) bytes += block.length;
    expect(measureProfile(build())).toBe(bytes);
  });

  test('refuses what encodeProfile refuses', () => {
    expect(() => measureProfile({ a: 1n })).toThrow(TypeError);
  });
});

describe('compactProfile', () => {
  test('returns plain arrays', () => {
    const { samples, stacks, frames } = compactProfile(smallProfile() as Profile).profile;
    expect([samples, stacks, frames].map(Array.isArray)).toEqual([true, true, true]);
    expect(stacks.map(Array.isArray)).toEqual([true]);
  });

  test.each(['v1', 'v2'] as const)(
    'makes a realistic profile a lot smaller, and loses nothing: %s',
    (format) => {
      const profile = realisticProfile({ samples: 3000, format });
      const compact = compactProfile(profile);
      expect(measureProfile(compact)).toBeLessThan(0.3 * measureProfile(profile));
      expect(isDeepStrictEqual(resolveSamples(compact), resolveSamples(profile))).toBe(true);
    },
  );

  test('gives what encodes to the JSON of what it gave', () => {
    const compact = compactProfile(realisticProfile({ samples: 500 }));
    expect(Buffer.concat([...encodeProfile(compact)]).toString() === JSON.stringify(compact)).toBe(true);
  });

  test('throws the exported error', () => {
    expect(() => compactProfile({} as Profile)).toThrow(MalformedProfileError);
  });
});
