import { createHash } from 'node:crypto';
import type { Profile } from '../../src/profile/types.ts';
import { possibleRepeats } from './parts.ts';
import { resolveSamples } from './profiles.ts';

/** Each sample of these profiles, in short: its time, its thread, and its frames with all their values. */
export function sampleDigests(...profiles: Profile[]): string[] {
  return profiles.flatMap((profile) =>
    resolveSamples(profile).map(({ time, thread, frames }) => {
      const hash = createHash('sha1').update(JSON.stringify(frames)).digest('hex');
      return `${time} ${thread} ${hash}`;
    }),
  );
}

/**
 * How many samples of profiles that were sent did not arrive, and how many arrived that were not sent, or twice. Samples that a
 * part of a chunk repeats at its end are neither.
 */
export function compareSamples(
  sentDigests: readonly string[],
  received: readonly Profile[],
): { missing: number; surplus: number } {
  const missing = new Map<string, number>();
  for (const digest of sentDigests) missing.set(digest, (missing.get(digest) ?? 0) + 1);
  const take = (digest: string): boolean => {
    const count = missing.get(digest) ?? 0;
    if (count > 0) missing.set(digest, count - 1);
    return count > 0;
  };
  const mayRepeat: string[] = [];
  let surplus = 0;
  for (const profile of received) {
    const repeats = possibleRepeats(profile);
    for (const [i, digest] of sampleDigests(profile).entries()) {
      if (repeats.has(profile.profile.samples[i] as never)) mayRepeat.push(digest);
      else if (!take(digest)) surplus++;
    }
  }
  // After all others: a repeat may look like a sample of the next part.
  for (const digest of mayRepeat) take(digest);
  return { missing: [...missing.values()].reduce((sum, count) => sum + count, 0), surplus };
}

/** Every sample has arrived, once and as it was. */
export const COMPLETE = { missing: 0, surplus: 0 };
