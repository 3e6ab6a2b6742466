import { listLength } from './list-length.ts';
import type { Profile, SampledProfile } from './types.ts';

/** So many members of each list are looked at. */
const LOOKS = 32;

/**
 * V8 takes three words for an object besides its properties, and a word or two for a property, an array entry or the head of a
 * string.
 */
const OBJECT_BYTES = 24;
const WORD_BYTES = 8;
const STRING_BYTES = 16;

/** The metadata around the three lists takes about this much: a few objects, and the paths of debug images. */
const ENVELOPE_BYTES = 4 * 1024;

/**
 * About how many bytes of heap a profile holds as the SDK hands it over. It is judged by a few members of each list, because it
 * has to be known at once and interception must cost next to nothing.
 *
 * @throws MalformedProfileError when a list is no array, because its length would turn the ledger's sums into NaN
 */
export function estimateHeldBytes(profile: Profile): number {
  const { samples, stacks, frames } = profile.profile;
  return Math.round(
    ENVELOPE_BYTES +
      listBytes(samples, '`samples`') +
      listBytes(stacks, '`stacks`') +
      listBytes(frames, '`frames`'),
  );
}

/**
 * V8 holds this much of a running profile, for each node of its call tree and for each tick, in native memory that no figure of
 * JavaScript shows. On Node 20, a node took 420 bytes where ten or thirty profiles ran at once, and 650 bytes in one alone. The
 * price is near the upper figure, because the allocator does not give memory back as soon as V8 frees it.
 */
const NODE_BYTES = 640;
const TICK_BYTES = 64;

/**
 * About how many bytes of native memory a finished profile has taken. The profiler lists a frame for each node of the call tree.
 */
export function estimateRunningBytes({ samples, frames }: SampledProfile): number {
  return frames.length * NODE_BYTES + samples.length * TICK_BYTES;
}

function listBytes(list: readonly object[], what: string): number {
  const length = listLength(list, what);
  const stride = Math.max(1, Math.floor(length / LOOKS));
  let bytes = 0;
  let looks = 0;
  for (let i = 0; i < length; i += stride, looks++) bytes += memberBytes(list[i]);
  return looks === 0 ? 0 : (bytes / looks + WORD_BYTES) * length;
}

function memberBytes(member: unknown): number {
  if (Array.isArray(member))
    return OBJECT_BYTES + STRING_BYTES + WORD_BYTES * listLength(member, 'every stack');
  if (typeof member !== 'object' || member === null) return 0;
  let bytes = OBJECT_BYTES;
  for (const value of Object.values(member)) {
    bytes += WORD_BYTES;
    if (typeof value === 'string') bytes += STRING_BYTES + value.length;
    else if (typeof value === 'number' && !Number.isInteger(value)) bytes += STRING_BYTES;
  }
  return bytes;
}
