import { createHash } from 'node:crypto';
import type { Profile } from '../../src/profile/types.ts';
import { resolveSamples } from './profiles.ts';

/** What each sample of these profiles says, in short: its time, its thread, and its frames with all their values. */
export function sampleDigests(...profiles: Profile[]): string[] {
  return profiles.flatMap((profile) =>
    resolveSamples(profile).map(({ time, thread, frames }) => {
      const hash = createHash('sha1').update(JSON.stringify(frames)).digest('hex');
      return `${time} ${thread} ${hash}`;
    }),
  );
}

/** How many samples of profiles that were sent did not arrive, and how many arrived that were not sent, or twice. */
export function compareSamples(
  sentDigests: readonly string[],
  received: readonly Profile[],
): { missing: number; surplus: number } {
  const missing = new Map<string, number>();
  for (const digest of sentDigests) missing.set(digest, (missing.get(digest) ?? 0) + 1);
  let surplus = 0;
  for (const digest of sampleDigests(...received)) {
    const count = missing.get(digest) ?? 0;
    if (count > 0) missing.set(digest, count - 1);
    else surplus++;
  }
  return { missing: [...missing.values()].reduce((sum, count) => sum + count, 0), surplus };
}

/** Every sample has arrived, once and as it was. */
export const COMPLETE = { missing: 0, surplus: 0 };
