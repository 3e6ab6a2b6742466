import { describe, expect, test } from 'vitest';
import { type Pace, UNPACED } from '../../src/pace/pace.ts';
import { type Compaction, compact } from '../../src/profile/compact.ts';
import type { Frame, Profile } from '../../src/profile/types.ts';
import { profileOfFrames, realisticProfile, smallProfile } from '../support/profiles.ts';
import { ALWAYS_OVER, type Counter, countingReads, runCounting } from '../support/steps.ts';

const COUNT = 60_000;

/** After so many reads the clock is asked at the latest: 1,024 entries of stacks, each with a few reads. */
const LONGEST_STRETCH = 12_000;

function frameAt(index: number, counter: Counter): Frame {
  return {
    get lineno() {
      counter.count++;
      return index;
    },
    colno: 1,
    function: 'same',
  };
}

const frames = (counter: Counter) => Array.from({ length: COUNT }, (_, i) => frameAt(i, counter));

/** A profile with one large table, each read of which counts. */
const LARGE: [string, (counter: Counter) => Profile][] = [
  [
    'samples',
    (counter) => {
      const profile = smallProfile();
      const sample = { stack_id: 0, thread_id: '0' };
      profile.profile.samples = countingReads(Array(COUNT).fill(sample), counter);
      return profile;
    },
  ],
  ['frames in a stack', (counter) => profileOfFrames(frames(counter))],
  [
    'frames that nothing refers to',
    (counter) => {
      const profile = smallProfile();
      profile.profile.frames.push(...frames(counter));
      return profile;
    },
  ],
  ['entries of a stack', (counter) => ofStacks([countingReads(Array(COUNT).fill(0), counter)])],
  [
    'entries of a stack that no sample refers to',
    (counter) => ofStacks([[0], countingReads(Array(COUNT).fill(0), counter)]),
  ],
  ['stacks', (counter) => ofStacks(countingReads(Array(COUNT).fill([0, 1]), counter))],
  ['empty stacks', (counter) => ofStacks(countingReads(Array(COUNT).fill([]), counter))],
  [
    'entries of stacks that are long',
    (counter) => ofStacks(Array.from({ length: 300 }, () => countingReads(Array(1000).fill(0), counter))),
  ],
];

function ofStacks(stacks: number[][]): Profile {
  const profile = smallProfile();
  profile.profile.stacks = stacks;
  return profile;
}

function compactPaced(profile: Profile, pace: Pace, counter: Counter = { count: 0 }) {
  return runCounting<Compaction>(compact(profile, pace), counter);
}

/** The samples, stacks and frames as JSON, with the view as the list it stands for. */
function tablesJson({ profile: { profile }, savedBytes }: Compaction): string {
  const samples = Array.from({ length: profile.samples.length }, (_, i) => profile.samples.at(i));
  return JSON.stringify({ ...profile, samples, savedBytes });
}

describe('compact, asked to pause at each chance', () => {
  test.each(LARGE)('does little between two pauses: %s', (_, build) => {
    const counter = { count: 0 };
    const { pauses, longestStretch } = compactPaced(build(counter), ALWAYS_OVER, counter);
    expect(counter.count).toBeGreaterThanOrEqual(COUNT);
    expect(longestStretch).toBeLessThanOrEqual(LONGEST_STRETCH);
    expect(pauses).toBeGreaterThan(1);
  });

  test.each(LARGE)('reads each a few times: %s', (_, build) => {
    const counter = { count: 0 };
    compactPaced(build(counter), ALWAYS_OVER, counter);
    expect(counter.count).toBeLessThanOrEqual(COUNT * 40);
  });

  test('makes the same of it', () => {
    const profile = realisticProfile({ samples: 3000 });
    const paced = compactPaced(profile, ALWAYS_OVER);
    expect(paced.pauses).toBeGreaterThan(100);
    expect(tablesJson(paced.value) === tablesJson(compactPaced(profile, UNPACED).value)).toBe(true);
  });
});

describe('compact, never asked to pause', () => {
  test('does not', () => {
    expect(compactPaced(realisticProfile({ samples: 3000 }), UNPACED).pauses).toBe(0);
  });
});
