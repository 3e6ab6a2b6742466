import type { Slices } from '../encode/slices.ts';
import { compactSteps } from '../profile/compact.ts';
import type { Sample, SampledProfile } from '../profile/types.ts';

/**
 * Compacts a profile that somebody else holds: its lists stay the same objects, and get what compaction has made of them.
 *
 * @param isWanted asked whenever the work goes on, which takes several turns of the event loop
 * @returns how many bytes of JSON were saved; undefined if nothing was changed
 */
export async function compactInPlace(
  profile: SampledProfile,
  slices: Slices,
  isWanted: () => boolean,
): Promise<number | undefined> {
  const compaction = await slices.run(whileWanted(compactSteps({ profile }, slices), isWanted));
  if (compaction === undefined || !isWanted()) return undefined;
  const { profile: compact, savedBytes } = compaction;
  const { samples, stacks, frames } = compact.profile;
  for (let i = 0; i < samples.length; i++) profile.samples[i] = samples.at(i) as Sample;
  replaceMembers(profile.stacks, stacks);
  replaceMembers(profile.frames, frames);
  return savedBytes;
}

/** Whoever has taken the profile meanwhile does this work himself: what is left of it would be done twice. */
function* whileWanted<T>(steps: Generator<void, T>, isWanted: () => boolean): Generator<void, T | undefined> {
  while (isWanted()) {
    const step = steps.next();
    if (step.done === true) return step.value;
    yield;
  }
  return undefined;
}

/** Takes out all that a profile holds. */
export function emptyProfile(profile: SampledProfile): void {
  for (const list of [profile.samples, profile.stacks, profile.frames]) list.length = 0;
}

function replaceMembers<T>(list: T[], members: readonly T[]): void {
  members.forEach((member, i) => {
    list[i] = member;
  });
  list.length = members.length;
}
