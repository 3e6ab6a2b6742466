import type { Slicing } from '../encode/slices.ts';
import type { CompactProfile } from '../profile/compact.ts';
import { type ProfileEncoding, prepareEncoding } from '../profile/profile-encoding.ts';
import { readColumns } from '../profile/sample-columns.ts';
import { selectSteps, WHOLE } from '../profile/select.ts';
import { planSteps, thinSteps } from '../profile/thin.ts';
import type { Parcel, TooLarge } from './carrier.ts';
import { findLargest } from './largest.ts';

/** What thinning has cost a profile. */
export interface ThinningLoss {
  readonly samplesBefore: number;
  readonly samplesKept: number;
  /** How many frames of a stack were kept, from the leaf on; Infinity if none was cut. */
  readonly maxDepth: number;
  /** How far the shares of time that functions took themselves have moved, 0 to 1: total variation distance. */
  readonly selfTimeDistance: number;
}

/** A profile that has been made smaller. */
export interface Thinned {
  readonly load: number;
  readonly packed: Parcel | TooLarge;
  readonly encoding: ProfileEncoding;
  readonly loss: ThinningLoss;
}

/** Relay refuses a profile with fewer samples. */
const MIN_SAMPLES = 2;

/**
 * Makes a transaction's profile fit by leaving out as little as need be: samples first, and frames far from the leaf when
 * only the ends of its time are left.
 *
 * @param load of the whole profile: above 1
 * @param pack says whether it fits now
 * @returns one that fits; undefined if nothing useful would be left
 */
export async function thin(
  profile: CompactProfile,
  load: number,
  slices: Slicing,
  pack: (encoding: ProfileEncoding) => Promise<Parcel | TooLarge>,
): Promise<Thinned | undefined> {
  const columns = await slices.run(readColumns(profile, slices));
  const plan = await slices.run(planSteps(profile, columns, slices));
  const samplesBefore = columns.length;
  if (samplesBefore < MIN_SAMPLES) return undefined;

  const attempt = async (count: number, maxDepth: number): Promise<Thinned> => {
    const { indices, selfTimeDistance } = await slices.run(thinSteps(plan, count, slices));
    const part = await slices.run(selectSteps(profile, columns.stackIds, { indices }, maxDepth, slices));
    const encoding = await prepareEncoding(part.profile, slices);
    const packed = await pack(encoding);
    const loss = { samplesBefore, samplesKept: indices.length, maxDepth, selfTimeDistance };
    return { load: packed.load, packed, encoding, loss };
  };

  const fewest = plan.minSamples;
  const bySamples = await findLargest(fewest, { count: samplesBefore, load }, (count) =>
    attempt(count, WHOLE),
  );
  if (bySamples !== undefined) return bySamples;
  const { stacks } = profile.profile;
  let deepest = 0;
  for (let i = 0; i < stacks.length; i++) deepest = Math.max(deepest, stacks.at(i)?.length ?? 0);
  return findLargest(1, { count: deepest, load }, (depth) => attempt(fewest, depth));
}
