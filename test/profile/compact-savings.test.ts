import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactProfile } from '../../src/encoder.ts';
import { runToEnd, UNPACED } from '../../src/pace/pace.ts';
import { compact } from '../../src/profile/compact.ts';
import { jsonBytes } from '../../src/profile/json-bytes.ts';
import type { Profile } from '../../src/profile/types.ts';
import {
  jsonProfile,
  numbersBelow,
  oddProfile,
  realisticProfile,
  smallProfile,
} from '../support/profiles.ts';

/** Commas of lists that became empty, in profiles of a few hundred bytes. */
const SLACK_BYTES = 4;

function expectSavingsRight(profile: Profile): void {
  const original = jsonBytes(profile);
  const saved = original - jsonBytes(compactProfile(profile));
  const { savedBytes } = runToEnd(compact(profile, UNPACED));
  expect(Math.abs(savedBytes - saved)).toBeLessThanOrEqual(Math.max(0.02 * original, SLACK_BYTES));
}

/** Stacks of random depth up to a limit, of random frames. */
function randomStacks(count: number, depth: number, frames: number): Profile {
  const below = numbersBelow();
  const stacks = Array.from({ length: count }, () =>
    Array.from({ length: below(depth) }, () => below(frames)),
  );
  const profile = smallProfile();
  profile.profile.frames = Array.from({ length: frames }, (_, i) => ({ function: `f${i % 50}` }));
  profile.profile.stacks = stacks;
  profile.profile.samples = Array.from({ length: count }, () => ({ stack_id: below(count), thread_id: '0' }));
  return profile;
}

describe('savedBytes agrees with the bytes of JSON that went away', () => {
  test('in any profile of parsed JSON', () => {
    fc.assert(fc.property(jsonProfile, expectSavingsRight), { numRuns: 2000 });
  });

  test('in any profile of odd frames', () => {
    fc.assert(fc.property(oddProfile, expectSavingsRight), { numRuns: 2000 });
  });

  test.each([
    { samples: 300, format: 'v1' },
    { samples: 3000, format: 'v1' },
    { samples: 3000, format: 'v2', functions: 3000 },
    { samples: 20_000, format: 'v2' },
  ] as const)('in a realistic profile: %o', (options) => {
    expectSavingsRight(realisticProfile(options));
  });

  test.each([
    [100, 50, 20],
    [257, 100, 200],
    [5000, 60, 20_000],
    [5000, 2000, 5],
  ])('in %i stacks of up to %i of %i frames', (count, depth, frames) => {
    expectSavingsRight(randomStacks(count, depth, frames));
  });

  test('if ids of stacks become shorter in every sample', () => {
    const profile = smallProfile();
    profile.profile.stacks = Array(20_000).fill([0]);
    profile.profile.samples = profile.profile.stacks.map((_: unknown, stack_id: number) => ({ stack_id }));
    expectSavingsRight(profile);
  });

  test('if one stack is far longer than the others', () => {
    const profile = randomStacks(1000, 10, 10);
    profile.profile.stacks[501] = Array.from({ length: 100_000 }, (_, i) => i % 10);
    profile.profile.samples.push({ stack_id: 501, thread_id: '0' });
    expectSavingsRight(profile);
  });

  test('if nothing could be saved', () => {
    const profile = compactProfile(realisticProfile({ samples: 1000 }));
    expect(runToEnd(compact(profile, UNPACED)).savedBytes).toBe(0);
  });
});
