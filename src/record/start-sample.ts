import type { NativeProfile } from './segment.ts';

/** A sample of a V8 profile. */
export interface FoundSample {
  readonly index: number;
  /** Since the start of the profile. */
  readonly elapsedMs: number;
}

const NS_PER_MS = 1e6;

/**
 * The clock was read outside of the native call, so a sample of the start may seem to lie outside of the two readings by this
 * much.
 */
const TOLERANCE_MS = 0.5;

/** The sample that V8 took at the profile's own start. It is the first in time, though not always in the list. */
export function firstSample(profile: NativeProfile): FoundSample {
  let first: FoundSample = { index: 0, elapsedMs: Number.POSITIVE_INFINITY };
  for (let index = 0; index < profile.samples.length; index++) {
    const elapsedMs = elapsedMsOf(profile, index);
    if (elapsedMs < first.elapsedMs) first = { index, elapsedMs };
  }
  return first;
}

/**
 * The sample that V8 took in this profile when another one started. It is of that moment, and of the function that starts all
 * profiles.
 *
 * @param own the sample of this profile's own start
 */
export function findStartSample(
  profile: NativeProfile,
  own: FoundSample,
  fromMs: number,
  untilMs: number,
): FoundSample | undefined {
  for (let index = profile.samples.length - 1; index >= 0; index--) {
    const elapsedMs = elapsedMsOf(profile, index);
    if (isWithin(elapsedMs, fromMs, untilMs) && isSameLeaf(profile, index, own.index))
      return { index, elapsedMs };
  }
  return undefined;
}

/** Whether a sample can have been taken between two readings of the clock. */
export function isWithin(elapsedMs: number, fromMs: number, untilMs: number): boolean {
  return elapsedMs >= fromMs - TOLERANCE_MS && elapsedMs <= untilMs + TOLERANCE_MS;
}

function elapsedMsOf({ samples }: NativeProfile, index: number): number {
  return Number(samples[index]?.elapsed_since_start_ns) / NS_PER_MS;
}

/** The line may differ, because it says where the function was called from. */
function isSameLeaf({ samples, stacks, frames }: NativeProfile, one: number, other: number): boolean {
  const [a, b] = [one, other].map((index) => {
    const leaf = stacks[samples[index]!.stack_id]?.[0];
    return leaf === undefined ? undefined : frames[leaf];
  });
  return a?.function === b?.function && a?.abs_path === b?.abs_path;
}
