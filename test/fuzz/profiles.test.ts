import fc from 'fast-check';
import { test } from 'vitest';
import { type BaseProfile, baseProfile } from './base-profiles.ts';
import { type Breakage, breakage, breakValue, type Damage, describeDamage, isStable } from './breakage.ts';
import { expectSoundProfile } from './profile-oracle.ts';
import { fuzz, shareOfTime } from './time-limit.ts';

interface BrokenProfile {
  readonly base: BaseProfile;
  readonly breakages: readonly Breakage[];
}

const brokenProfile: fc.Arbitrary<BrokenProfile> = fc.record({
  base: baseProfile,
  breakages: fc.array(breakage, { maxLength: 3 }),
});

const { limitMs, timeout } = shareOfTime(0.4);

test('any profile, broken in any way, is refused or compacted and encoded as promised', {
  timeout,
}, async () => {
  await fuzz(brokenProfile, limitMs, async ({ base, breakages }) => {
    let damages: Damage[] = [];
    const build = (): unknown => {
      const root = { payload: base.build() };
      damages = breakValue(root, breakages);
      // It may be a getter now, which is not tested here.
      return Object.getOwnPropertyDescriptor(root, 'payload')?.value;
    };
    build();
    const message = damages.map(describeDamage).join('\n');
    try {
      expectSoundProfile(build, damages.every(isStable));
    } catch (error) {
      throw new Error(message, { cause: error });
    }
  });
});
