import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactProfile } from '../../src/encoder.ts';
import type { Profile } from '../../src/profile/types.ts';
import {
  deepFreeze,
  jsonProfile,
  oddProfile,
  profileOfFrames,
  realisticProfile,
  resolveSamples,
  smallProfile,
  untouchedJson,
} from '../support/profiles.ts';

/** The function around a module, which all modules have. */
const WRAPPER = { function: '(anonymous)', lineno: 1, colno: 1 };

const texts = (values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(value));

const ANY: [string, fc.Arbitrary<Profile>][] = [
  ['of parsed JSON', jsonProfile],
  ['of odd frames', oddProfile],
];

describe.each(ANY)('compactProfile, any profile %s', (_, profiles) => {
  function holds(predicate: (compact: Profile, original: Profile) => void, numRuns: number): void {
    fc.assert(
      fc.property(profiles, (profile) => predicate(compactProfile(deepFreeze(profile)), profile)),
      { numRuns },
    );
  }

  test('keeps the time, thread and frames of every sample, in their order', () => {
    holds((compact, original) => assert.deepEqual(resolveSamples(compact), resolveSamples(original)), 4000);
  });

  test('keeps every other key, in its place', () => {
    holds((compact, original) => assert.equal(untouchedJson(compact), untouchedJson(original)), 2000);
  });

  test('keeps no two stacks that are equal', () => {
    holds(({ profile: { stacks } }) => assert.equal(new Set(texts(stacks)).size, stacks.length), 2000);
  });

  test('keeps nothing that no sample refers to', () => {
    holds(({ profile: { samples, stacks, frames } }) => {
      assert.equal(new Set(samples.map((sample) => sample.stack_id)).size, stacks.length);
      assert.equal(new Set(stacks.flat()).size, frames.length);
    }, 2000);
  });

  test('makes nothing of what it made', () => {
    holds((compact) => assert.equal(JSON.stringify(compactProfile(compact)), JSON.stringify(compact)), 2000);
  });

  test('leaves the original as it was', () => {
    fc.assert(
      fc.property(profiles, (profile) => {
        const before = JSON.stringify(profile);
        compactProfile(deepFreeze(profile));
        assert.equal(JSON.stringify(profile), before);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('compactProfile keeps no two frames that are equal', () => {
  test('in any profile of parsed JSON', () => {
    fc.assert(
      fc.property(jsonProfile, (profile) => {
        const frames = texts(compactProfile(profile).profile.frames);
        assert.equal(new Set(frames).size, frames.length);
      }),
      { numRuns: 4000 },
    );
  });

  test('in any profile of odd frames', () => {
    fc.assert(
      fc.property(oddProfile, (profile) => {
        const frames = texts(compactProfile(profile).profile.frames);
        assert.equal(new Set(frames).size, frames.length);
      }),
      { numRuns: 4000 },
    );
  });

  test('in a realistic profile', () => {
    const { frames } = compactProfile(realisticProfile({ samples: 2000, functions: 250 })).profile;
    expect(new Set(texts(frames)).size).toBe(frames.length);
    expect(frames.length).toBeLessThanOrEqual(250);
  });

  test.each<[string, (index: number) => object]>([
    [
      'at 1:1 of as many files, as each module has a wrapper',
      (i) => ({ ...WRAPPER, abs_path: `/app/${i}.js` }),
    ],
    ['at 1:1 of as many modules', (i) => ({ ...WRAPPER, module: `app:${i}` })],
    ['without a column', (i) => ({ function: `f${i}`, lineno: 1 })],
    ['without a line', (i) => ({ function: `f${i}`, colno: 1 })],
    ['without a place', (i) => ({ function: `f${i}` })],
    ['in one line without a column', (i) => ({ function: 'f', lineno: i })],
  ])('even if there are hundreds %s', (_, frameAt) => {
    const list = Array.from({ length: 2000 }, (_, i) => frameAt(i % 500));
    expect(compactProfile(profileOfFrames(list)).profile.frames).toHaveLength(500);
  });
});

describe('compactProfile shares', () => {
  test('the frames of any profile of parsed JSON', () => {
    fc.assert(
      fc.property(jsonProfile, (profile) => {
        const known = new Set(profile.profile.frames);
        assert.ok(compactProfile(profile).profile.frames.every((frame) => known.has(frame)));
      }),
      { numRuns: 500 },
    );
  });
});

describe('compactProfile makes the tables', () => {
  const compact = compactProfile(smallProfile() as Profile).profile;

  test('without what no sample refers to', () => {
    expect([compact.stacks, compact.frames.map((frame) => frame.function)]).toEqual([
      [[0, 1, 0]],
      ['leaf', 'root'],
    ]);
  });

  test('with equal stacks as one, whatever their frames were called', () => {
    const profile = smallProfile();
    profile.profile.frames.push({ ...profile.profile.frames[0] });
    profile.profile.stacks.push([3, 1, 0]);
    profile.profile.samples.push({ stack_id: 2, thread_id: '1' });
    const { samples, stacks } = compactProfile(profile as Profile).profile;
    expect([stacks, samples.map((sample) => sample.stack_id)]).toEqual([[[0, 1, 0]], [0, 0]]);
  });

  test('with no samples: empty', () => {
    const profile = smallProfile();
    profile.profile.samples = [];
    expect(compactProfile(profile as Profile).profile).toEqual({ samples: [], stacks: [], frames: [] });
  });

  test('with stacks that differ only in length, or by a frame at either end', () => {
    const profile = smallProfile();
    profile.profile.stacks = [[], [0], [0, 0], [0, 0, 0], [1, 0], [0, 1], [1, 0, 0], [0, 0, 1]];
    profile.profile.samples = profile.profile.stacks.map((_: unknown, stack_id: number) => ({ stack_id }));
    expect(compactProfile(profile as Profile).profile.stacks).toHaveLength(8);
  });

  test('with -0 as an index', () => {
    const profile = smallProfile();
    profile.profile.samples[0].stack_id = -0;
    profile.profile.stacks[0] = [-0, 1, 0];
    expect(JSON.stringify(compactProfile(profile as Profile).profile.stacks)).toBe('[[0,1,0]]');
  });

  test('with a stack of 100,000 entries', () => {
    const entries = Array.from({ length: 100_000 }, (_, i) => i % 3);
    const profile = smallProfile();
    profile.profile.stacks = [[1], entries, [...entries]];
    profile.profile.samples = [2, 0, 1].map((stack_id) => ({ stack_id, thread_id: '0' }));
    const { samples, stacks, frames } = compactProfile(profile as Profile).profile;
    expect(samples.map((sample) => sample.stack_id)).toEqual([1, 0, 1]);
    const names = stacks[1]?.map((index) => frames[index]?.function);
    const expected = entries.map((index) => profile.profile.frames[index].function);
    expect(names?.join() === expected.join()).toBe(true);
  });
});
