import type { Slicer } from '../pace/time-slicer.ts';
import type { CompactProfile } from '../profile/compact.ts';
import { type ProfileEncoding, prepareEncoding } from '../profile/profile-encoding.ts';
import { readColumns } from '../profile/sample-columns.ts';
import { selectSamples, WHOLE } from '../profile/select.ts';
import { planThinning, thinTo } from '../profile/thin.ts';
import type { Parcel, TooLarge } from './carrier.ts';
import { findLargest } from './largest.ts';

/** The loss of a profile by thinning. */
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
  readonly fillRatio: number;
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
 * @param fillRatio of the whole profile: above 1
 * @param pack says whether it fits now
 * @returns one that fits; undefined if nothing useful would be left
 */
export async function thin(
  profile: CompactProfile,
  fillRatio: number,
  slicer: Slicer,
  pack: (encoding: ProfileEncoding) => Promise<Parcel | TooLarge>,
): Promise<Thinned | undefined> {
  const columns = await slicer.run(readColumns(profile, slicer));
  const plan = await slicer.run(planThinning(profile, columns, slicer));
  const samplesBefore = columns.length;
  if (samplesBefore < MIN_SAMPLES) return undefined;

  const attempt = async (count: number, maxDepth: number): Promise<Thinned> => {
    const { indices, selfTimeDistance } = await slicer.run(thinTo(plan, count, slicer));
    const part = await slicer.run(selectSamples(profile, columns.stackIds, { indices }, maxDepth, slicer));
    const encoding = await prepareEncoding(part.profile, slicer);
    const packed = await pack(encoding);
    const loss = { samplesBefore, samplesKept: indices.length, maxDepth, selfTimeDistance };
    return { fillRatio: packed.fillRatio, packed, encoding, loss };
  };

  const fewest = plan.minSamples;
  const bySamples = await findLargest(fewest, { count: samplesBefore, fillRatio }, (count) =>
    attempt(count, WHOLE),
  );
  if (bySamples !== undefined) return bySamples;
  const { stacks } = profile.profile;
  let deepest = 0;
  for (let i = 0; i < stacks.length; i++) deepest = Math.max(deepest, stacks.at(i)?.length ?? 0);
  return findLargest(1, { count: deepest, fillRatio }, (depth) => attempt(fewest, depth));
}
