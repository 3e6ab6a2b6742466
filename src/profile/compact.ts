import { ArrayView, type List } from '../encode/array-view.ts';
import { type Pace, STEPS_PER_CHECK } from '../pace/pace.ts';
import { expectMembers, isObject } from './expect-members.ts';
import {
  addDuplicate,
  createFrameTable,
  type FrameIds,
  type FrameTable,
  internFrames,
  savedFrameBytes,
} from './frame-table.ts';
import { indexError } from './index-error.ts';
import { jsonIntegerBytes } from './json-bytes.ts';
import { listLength } from './list-length.ts';
import { createStackPass, passStacks, UNUSED, USED } from './stack-pass.ts';
import { hasToJson } from './to-json.ts';
import {
  type Frame,
  MalformedProfileError,
  type Profile,
  type Sample,
  type SampledProfile,
} from './types.ts';

/**
 * An id takes two bytes as long as there are no more ids than this. The ids are held on top of the frames, which take hundreds of
 * bytes each.
 */
const MAX_SHORT_IDS = 2 ** 16;

/** A compact profile. It shares all unchanged parts with the original, which stays as it was. */
export interface CompactSampledProfile {
  /** A view, because a renumbered copy of each of a million samples would be a second object graph. */
  readonly samples: ArrayView<Sample>;
  readonly stacks: List<readonly number[]>;
  readonly frames: List<Frame>;
}

export type CompactProfile = Profile<CompactSampledProfile>;

export interface Compaction {
  readonly profile: CompactProfile;
  /** By how many bytes of JSON the profile got shorter, within 2%. */
  readonly savedBytes: number;
}

class RenumberedSamples extends ArrayView<Sample> {
  readonly length: number;
  readonly #samples: readonly Sample[];
  readonly #stackIds: Int32Array;

  constructor(samples: readonly Sample[], length: number, stackIds: Int32Array) {
    super();
    this.length = length;
    this.#samples = samples;
    this.#stackIds = stackIds;
  }

  at(index: number): Sample {
    const sample = this.#samples[index]!;
    return { ...sample, stack_id: this.#stackIds[sample.stack_id]! };
  }
}

/**
 * Makes a profile smaller with nothing lost: equal frames become one, then equal stacks, and those that no sample
 * refers to go. The native profiler indexes frames by call-tree node, so a function stands in the list once for each path that
 * leads to it. Time is linear in samples, stack entries and frames; the side tables are typed arrays.
 *
 * The loops are plain functions over a stretch of a list, and only their callers pause: V8 optimizes a generator
 * together with all that it calls, which takes longer than most profiles.
 *
 * @throws MalformedProfileError when an array is missing or an index is out of range
 */
export function* compact(profile: Profile, pace: Pace): Generator<void, Compaction> {
  const sampled = readSampledProfile(profile);
  const { samples, stacks, frames } = sampled;
  const sampleCount = listLength(samples, '`samples`');
  const stackCount = listLength(stacks, '`stacks`');
  const frameCount = listLength(frames, '`frames`');

  // This comes before anything is made that is as long as a list, because a sparse list takes no memory and would take gigabytes
  // here.
  yield* expectMembers(stacks, stackCount, Array.isArray, 'every stack to be an array', pace);
  yield* expectMembers(frames, frameCount, isObject, 'every frame to be an object', pace);

  const stackIds = new Int32Array(stackCount).fill(UNUSED);
  for (let start = 0; start < sampleCount; start += STEPS_PER_CHECK) {
    markUsed(samples, stackIds, start, Math.min(start + STEPS_PER_CHECK, sampleCount));
    if (pace.isOver()) yield;
  }

  const frameTable = createFrameTable();
  let frameIds: FrameIds = new Uint16Array(frameCount);
  for (let start = 0; start < frameCount; start += STEPS_PER_CHECK) {
    if (frameTable.kept.length > MAX_SHORT_IDS - STEPS_PER_CHECK && frameIds instanceof Uint16Array) {
      frameIds = Uint32Array.from(frameIds);
    }
    internFrames(frameTable, frames, frameIds, start, Math.min(start + STEPS_PER_CHECK, frameCount));
    if (pace.isOver()) yield;
  }

  const pass = createStackPass(stackIds, frameIds, frameTable.kept.length);
  while (passStacks(pass, stacks)) if (pace.isOver()) yield;
  const keptFrames = yield* dropUnused(frameTable, pass.usedFrames, pass.table.kept, pace);

  let savedBytes = savedFrameBytes(frameTable) + pass.before.estimate() - pass.after.estimate();
  for (let start = 0; start < sampleCount; start += STEPS_PER_CHECK) {
    savedBytes += savedDigits(samples, stackIds, start, Math.min(start + STEPS_PER_CHECK, sampleCount));
    if (pace.isOver()) yield;
  }

  const compact: CompactSampledProfile = {
    ...sampled,
    samples: new RenumberedSamples(samples, sampleCount, stackIds),
    stacks: pass.table.kept,
    frames: keptFrames,
  };
  return { profile: { ...profile, profile: compact }, savedBytes };
}

function readSampledProfile(profile: Profile): SampledProfile {
  const sampled = (profile as Profile | null)?.profile as SampledProfile | null | undefined;
  if (!isObject(sampled)) throw new MalformedProfileError('Expected `profile` to be an object');
  return sampled;
}

function markUsed(samples: readonly Sample[], stackIds: Int32Array, start: number, end: number): void {
  const limit = stackIds.length;
  for (let i = start; i < end; i++) {
    const sample: Sample | null | undefined = samples[i];
    const stack: unknown = sample?.stack_id;
    if (typeof stack !== 'number' || stack >>> 0 !== stack || stack >= limit) {
      throw indexError('stack_id', stack, limit);
    }
    // Its JSON form would still have the old index.
    if (hasToJson(sample as Sample)) throw new MalformedProfileError('Expected every sample to be plain');
    stackIds[stack] = USED;
  }
}

/** Takes out the frames that only unused stacks list, and renumbers the others. */
function* dropUnused(
  table: FrameTable,
  usedFrames: Uint8Array,
  stacks: number[][],
  pace: Pace,
): Generator<void, Frame[]> {
  if (!usedFrames.includes(0)) return table.kept;
  const ids = new Int32Array(usedFrames.length);
  const frames: Frame[] = [];
  for (let id = 0; id < ids.length; id++) {
    if (usedFrames[id] === 1) ids[id] = frames.push(table.kept[id]!) - 1;
    else addDuplicate(table, id);
    if (id % STEPS_PER_CHECK === 0 && pace.isOver()) yield;
  }
  for (const stack of stacks) {
    for (let i = 0; i < stack.length; i++) stack[i] = ids[stack[i]!]!;
    if (pace.isOver()) yield;
  }
  return frames;
}

function savedDigits(samples: readonly Sample[], stackIds: Int32Array, start: number, end: number): number {
  let saved = 0;
  for (let i = start; i < end; i++) {
    const before = samples[i]!.stack_id;
    saved += jsonIntegerBytes(before) - jsonIntegerBytes(stackIds[before]!);
  }
  return saved;
}
