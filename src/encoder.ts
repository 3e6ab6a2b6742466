import type { ArrayView } from './encode/array-view.ts';
import { BlockWriter } from './encode/block-writer.ts';
import { encodeJson } from './encode/json.ts';
import { measureJson } from './encode/measure.ts';
import { runToEnd, UNPACED } from './pace/pace.ts';
import { compact } from './profile/compact.ts';
import type { Profile } from './profile/types.ts';

export {
  type Frame,
  MalformedProfileError,
  type Profile,
  type Sample,
  type SampledProfile,
} from './profile/types.ts';

/**
 * Makes a profile smaller with nothing lost: equal frames and equal stacks are listed once, and those that no sample refers to
 * go. Every sample keeps its time, its thread and its list of frames; every other key is kept.
 *
 * @param profile the payload of a `profile` (v1) or `profile_chunk` (v2) item; it is left as it is
 * @returns a profile of the same format, which shares all unchanged parts with the original
 * @throws {MalformedProfileError} when an array is missing or an index is out of range
 */
export function compactProfile<P extends Profile>(profile: P): P {
  const { profile: compacted } = runToEnd(compact(profile, UNPACED));
  return {
    ...compacted,
    profile: { ...compacted.profile, samples: toArray(compacted.profile.samples) },
  } as unknown as P;
}

/**
 * Encodes a profile as JSON in UTF-8, block by block: together the blocks are `JSON.stringify(profile)` to the byte.
 * Nothing is interned: {@link compactProfile} does that first.
 *
 * @returns blocks of at most 64 KiB (65,536 bytes), encoded as they are asked for; each is the caller's to keep
 * @throws {TypeError} while iterating, where `JSON.stringify` throws one: a BigInt, a cycle, more than 1,000 levels
 */
export function* encodeProfile(profile: object): Generator<Uint8Array, void> {
  const writer = new BlockWriter();
  for (const _ of encodeJson(profile, writer, UNPACED)) yield* writer.drain();
  yield* writer.drain(true);
}

/**
 * The exact length of the JSON that {@link encodeProfile} yields for this profile, in bytes. None of it is kept.
 *
 * @throws {TypeError} as {@link encodeProfile} does
 */
export function measureProfile(profile: object): number {
  return runToEnd(measureJson(profile, UNPACED)).bytes;
}

function toArray<T>(view: ArrayView<T>): T[] {
  const array: T[] = [];
  for (let i = 0; i < view.length; i++) array.push(view.at(i));
  return array;
}
