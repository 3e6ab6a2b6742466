import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runToEnd, STEPS_PER_CHECK, UNPACED } from '../../src/pace/pace.ts';
import { type CompactProfile, compact } from '../../src/profile/compact.ts';
import { readColumns } from '../../src/profile/sample-columns.ts';
import { selectSamples, WHOLE } from '../../src/profile/select.ts';
import { planThinning, type Thinning, thinTo } from '../../src/profile/thin.ts';
import type { Profile } from '../../src/profile/types.ts';
import { type AnyProfile, jsonProfile, numbersBelow, resolveSamples } from '../support/profiles.ts';
import { ALWAYS_OVER } from '../support/steps.ts';

interface Thinned extends Thinning {
  readonly profile: AnyProfile;
}

function thin(profile: Profile, count: number, maxDepth = WHOLE): Thinned {
  const { profile: compacted } = runToEnd(compact(profile, UNPACED));
  const columns = runToEnd(readColumns(compacted, UNPACED));
  const plan = runToEnd(planThinning(compacted, columns, UNPACED));
  const thinning = runToEnd(thinTo(plan, count, UNPACED));
  const { profile: part } = runToEnd(selectSamples(compacted, columns.stackIds, thinning, maxDepth, UNPACED));
  return { ...thinning, profile: asJson(part) };
}

function asJson({ profile, ...meta }: CompactProfile): AnyProfile {
  const samples = Array.from({ length: profile.samples.length }, (_, i) => profile.samples.at(i));
  return JSON.parse(JSON.stringify({ ...meta, profile: { ...profile, samples } }));
}

/** A profile by its function in each tick: `-` is an idle one. Ticks are 10 ms apart. */
function profileOf(ticks: string, threads = '0'.repeat(ticks.length)): Profile {
  const names = [...new Set(ticks.replaceAll('-', ''))];
  return {
    profile: {
      samples: [...ticks].map((name, i) => ({
        stack_id: names.indexOf(name) + 1,
        thread_id: threads[i] as string,
        elapsed_since_start_ns: String(i * 10_000_000),
      })),
      stacks: [[], ...names.map((_, i) => [i, names.length])],
      frames: [...names.map((name) => ({ function: name })), { function: 'root' }],
    },
  };
}

/** The ticks of a profile, in the same form. */
function ticksOf({ profile }: AnyProfile): string {
  return profile.samples
    .map(({ stack_id }: AnyProfile) => profile.frames[profile.stacks[stack_id][0]]?.function ?? '-')
    .join('');
}

/** The share of time of each function, as Sentry reads it: a sample stands for the time until the next one. */
function selfTimeShares({ profile }: AnyProfile): Map<string, number> {
  const shares = new Map<string, number>();
  const at = (i: number): number => Number(profile.samples[i].elapsed_since_start_ns);
  const total = at(profile.samples.length - 1) - at(0);
  profile.samples.slice(0, -1).forEach(({ stack_id }: AnyProfile, i: number) => {
    const name = profile.frames[profile.stacks[stack_id][0]].function;
    shares.set(name, (shares.get(name) ?? 0) + (at(i + 1) - at(i)) / total);
  });
  return shares;
}

test('what is left are samples of the profile, in its order, the first and the last of each thread among them', () => {
  fc.assert(
    fc.property(jsonProfile, fc.nat(12), (profile, count) => {
      fc.pre(profile.profile.samples.length > 0);
      const before = resolveSamples(profile);
      const { indices, profile: thinned } = thin(profile, count);
      expect(resolveSamples(thinned)).toEqual([...indices].map((index) => before[index]));
      for (const thread of new Set(before.map((sample) => sample.thread))) {
        const own = before.flatMap((sample, i) => (sample.thread === thread ? [i] : []));
        expect([...indices]).toEqual(expect.arrayContaining([own[0], own.at(-1)]));
      }
    }),
  );
});

test('idle ends are kept with the busy samples that Relay will begin and end with', () => {
  expect(ticksOf(thin(profileOf('--abcdefgh--'), 0).profile)).toBe('-ah-');
  expect(ticksOf(thin(profileOf('abcdefgh'), 0).profile)).toBe('ah');
  expect(ticksOf(thin(profileOf('acbdefgh', '01010101'), 0).profile)).toBe('acgh');
});

test('samples are spread over the whole time', () => {
  const ticks = Array.from({ length: 1000 }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');
  const { indices } = thin(profileOf(ticks), 100);
  expect(indices.length).toBeGreaterThan(95);
  expect(indices.length).toBeLessThan(105);
  const gaps = [...indices].slice(1).map((index, i) => index - (indices[i] as number));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(20);
});

test('functions keep their share of the time where every tenth sample would miss most of them', () => {
  // In step with a plain stride: each tenth tick is `a`.
  const { profile, selfTimeDistance } = thin(profileOf('abcdebcdeb'.repeat(200)), 200);
  expect(selfTimeShares(profile).get('a')).toBeCloseTo(0.1, 1);
  expect(selfTimeShares(profile).get('b')).toBeCloseTo(0.3, 1);
  expect(selfTimeDistance).toBeLessThan(0.02);
});

test('a skewed profile thinned to a tenth keeps the ranking of its twenty hottest functions', () => {
  const below = numbersBelow(7);
  const weights = Array.from({ length: 400 }, (_, i) => Math.round(1e6 / (i + 4)));
  const total = weights.reduce((sum, weight) => sum + weight);
  const pick = (): number => {
    let left = below(total);
    return weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
  };
  const profile: Profile = {
    profile: {
      samples: Array.from({ length: 30_000 }, (_, i) => ({
        stack_id: pick(),
        thread_id: '0',
        elapsed_since_start_ns: String(i * 1_000_000),
      })),
      stacks: weights.map((_, i) => [i]),
      frames: weights.map((_, i) => ({ function: `f${i}` })),
    },
  };
  const before = selfTimeShares(profile);
  const thinned = thin(profile, 3000);
  const after = selfTimeShares(thinned.profile);
  const hottest = [...before].sort((a, b) => b[1] - a[1]).slice(0, 20);
  for (const [name, share] of hottest) expect(Math.abs((after.get(name) ?? 0) - share)).toBeLessThan(0.001);
  // Only functions that are nearer to each other than two samples may change places.
  hottest.slice(1).forEach(([name, share], i) => {
    const [hotter, hotterShare] = hottest[i] as [string, number];
    if (hotterShare - share > 0.001) expect(after.get(hotter)).toBeGreaterThan(after.get(name) as number);
  });
  expect(thinned.profile.profile.samples.length).toBeLessThanOrEqual(3005);
});

test('a sample that stands for a long time still does', () => {
  const profile = profileOf('ababababablababababab');
  // The profiler's thread was not run for five seconds.
  profile.profile.samples.slice(11).forEach((sample, i) => {
    sample.elapsed_since_start_ns = String(5_110_000_000 + i * 10_000_000);
  });
  const before = selfTimeShares(profile).get('l') as number;
  expect(before).toBeGreaterThan(0.9);
  expect(selfTimeShares(thin(profile, 6).profile).get('l')).toBeCloseTo(before, 2);
});

test('the distance is half of the sum of what the shares of time have moved', () => {
  // Two ticks of a and one of b; with both ends alone, a has it all.
  expect(thin(profileOf('aaba'), 0).selfTimeDistance).toBeCloseTo(1 / 3);
  expect(thin(profileOf('aaaa'), 0).selfTimeDistance).toBe(0);
  expect(thin(profileOf('a'), 0).selfTimeDistance).toBe(0);
});

test('stacks are cut from the root on, and those that have become the same are one', () => {
  const profile: Profile = {
    profile: {
      samples: [0, 1, 2].map((stack_id) => ({ stack_id, thread_id: '0' })),
      stacks: [
        [0, 1, 2],
        [0, 1, 3],
        [3, 1, 0],
      ],
      frames: ['a', 'b', 'c', 'd'].map((name) => ({ function: name })),
    },
  };
  const { profile: cut } = thin(profile, 3, 2);
  expect(cut.profile.stacks).toEqual([
    [0, 1],
    [2, 1],
  ]);
  expect(cut.profile.frames.map((frame: AnyProfile) => frame.function)).toEqual(['a', 'b', 'd']);
});

test.each([
  ['no times', () => ({})],
  ['times that are not numbers', () => ({ elapsed_since_start_ns: 'soon' })],
  ['equal times', () => ({ elapsed_since_start_ns: '5' })],
  ['times that run backwards', (i: number) => ({ elapsed_since_start_ns: String(-i) })],
  ['infinite times', (i: number) => ({ elapsed_since_start_ns: i % 2 ? '1e999' : '-1e308' })],
  ['immense times', (i: number) => ({ timestamp: i % 2 ? 1.7e308 : -1.7e308 })],
])('%s are survived', (_, timeOf) => {
  const profile = profileOf('abcdefgh'.repeat(10));
  profile.profile.samples = profile.profile.samples.map(({ stack_id, thread_id }, i) => ({
    stack_id,
    thread_id,
    ...timeOf(i),
  }));
  const { indices } = thin(profile, 20);
  expect(indices.length).toBeGreaterThanOrEqual(2);
  expect(indices.length).toBeLessThanOrEqual(80);
});

test('the function of the last frame counts for the loss like any other', () => {
  const sampleAt = (stack_id: number, i: number) => ({
    stack_id,
    thread_id: '0',
    elapsed_since_start_ns: `${i}`,
  });
  const profile: Profile = {
    profile: {
      samples: [0, 1, 1, 0].map(sampleAt),
      stacks: [[0], [1]],
      frames: [{ function: 'first' }, { function: 'last' }],
    },
  };
  expect(thin(profile, 2)).toMatchObject({
    indices: Uint32Array.of(0, 3),
    selfTimeDistance: expect.closeTo(2 / 3),
  });
});

test.each([10, 1000, 50_000])(
  'to plan, to choose %d of 60,000 samples and to measure the loss take pauses',
  (count) => {
    const { profile } = runToEnd(compact(profileOf('ab'.repeat(30_000)), UNPACED));
    const columns = runToEnd(readColumns(profile, UNPACED));
    const plan = runToEnd(planThinning(profile, columns, UNPACED));
    const onePass = Math.floor(60_000 / STEPS_PER_CHECK);
    expect([...planThinning(profile, columns, ALWAYS_OVER)].length).toBeGreaterThanOrEqual(2 * onePass);
    const sweeps = 3 * Math.min(count, onePass / 2);
    expect([...thinTo(plan, count, ALWAYS_OVER)].length).toBeGreaterThanOrEqual(2 * onePass + sweeps - 10);
  },
);
