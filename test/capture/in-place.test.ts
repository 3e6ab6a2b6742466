import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compactInPlace, emptyProfile } from '../../src/capture/in-place.ts';
import { Slices } from '../../src/encode/slices.ts';
import { recordProfile } from '../support/native-profiler.ts';
import { jsonProfile, realisticProfile, resolveSamples } from '../support/profiles.ts';

/** Pauses wherever it can. */
const HURRIED_MS = 0.001;

test.each([5, HURRIED_MS])(
  'every sample says the same as before, in slices of %d ms, and the lists are the same objects',
  async (sliceMs) => {
    const sampled = realisticProfile({ samples: 600 }).profile;
    const { samples, stacks, frames } = sampled;
    const before = resolveSamples({ profile: sampled });
    const beforeBytes = JSON.stringify(sampled).length;
    const savedBytes = (await compactInPlace(sampled, new Slices(sliceMs), () => true)) as number;
    expect(resolveSamples({ profile: sampled })).toEqual(before);
    expect([sampled.samples, sampled.stacks, sampled.frames]).toEqual([samples, stacks, frames]);
    expect(sampled.samples).toBe(samples);
    expect(sampled.frames).toBe(frames);
    const bytes = JSON.stringify(sampled).length;
    expect(bytes).toBeLessThan(beforeBytes / 2);
    expect(Math.abs((bytes + savedBytes) / beforeBytes - 1)).toBeLessThan(0.02);
  },
);

test('a real profile says the same as before', async () => {
  const sampled = recordProfile(200);
  const before = resolveSamples({ profile: sampled });
  expect(await compactInPlace(sampled, new Slices(5), () => true)).toBeGreaterThan(0);
  expect(resolveSamples({ profile: sampled })).toEqual(before);
});

test('any profile says the same as before', async () => {
  await fc.assert(
    fc.asyncProperty(jsonProfile, async ({ profile: sampled }) => {
      const before = resolveSamples({ profile: sampled });
      await compactInPlace(sampled, new Slices(HURRIED_MS), () => true);
      expect(resolveSamples({ profile: sampled })).toEqual(before);
    }),
    { numRuns: 50 },
  );
});

test('compacting twice changes nothing more', async () => {
  const sampled = realisticProfile({ samples: 100 }).profile;
  await compactInPlace(sampled, new Slices(5), () => true);
  const once = JSON.stringify(sampled);
  expect(await compactInPlace(sampled, new Slices(5), () => true)).toBe(0);
  expect(JSON.stringify(sampled)).toBe(once);
});

test('what is no longer wanted is left as it is, and the work on it ends', async () => {
  const sampled = realisticProfile({ samples: 2000 }).profile;
  const before = JSON.stringify(sampled);
  let asked = 0;
  expect(await compactInPlace(sampled, new Slices(HURRIED_MS), () => ++asked < 3)).toBeUndefined();
  expect(JSON.stringify(sampled)).toBe(before);
  expect(asked).toBeLessThan(6);
});

test('an emptied profile holds nothing, whoever holds its lists', () => {
  const sampled = recordProfile(50);
  const { samples, stacks, frames } = sampled;
  emptyProfile(sampled);
  expect([samples, stacks, frames]).toEqual([[], [], []]);
});
