import { listLength } from './list-length.ts';
import type { Profile, SampledProfile } from './types.ts';

/** How many members of each list are looked at. */
const LOOKS = 32;

/** An object of V8 takes three words besides its properties; a property, an array entry and a string's head a word or two. */
const OBJECT_BYTES = 24;
const WORD_BYTES = 8;
const STRING_BYTES = 16;

/** What the metadata around the three lists takes: a few objects, the paths of debug images. */
const ENVELOPE_BYTES = 4 * 1024;

/**
 * About how many bytes of heap a profile holds as the SDK hands it over, from a few members of each list: it has to be
 * known at once, and interception must cost next to nothing. Never less than a fixed minimum.
 *
 * @throws MalformedProfileError when a list is none: what is no number would spoil every sum that it is a part of
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
 * What V8 holds of a profile while it runs, for each node of its call tree and for each tick, in native memory that no
 * figure of JavaScript's shows: on Node 20, 420 bytes a node where ten or thirty profiles ran at once, and 650 for one alone.
 * The upper end counts: what V8 frees of it, the allocator does not give back at once.
 */
const NODE_BYTES = 640;
const TICK_BYTES = 64;

/** About how many bytes of native memory a finished profile has taken. The profiler lists one frame a call-tree node. */
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
