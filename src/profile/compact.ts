import { type Pace, STEPS_PER_CHECK } from '../pace.ts';
import { ArrayView } from './array-view.ts';
import { FrameTable } from './frame-table.ts';
import { jsonBytes, jsonIntegerBytes } from './json-bytes.ts';
import { ListBytes } from './list-bytes.ts';
import { StackTable } from './stack-table.ts';
import {
  type Frame,
  MalformedProfileError,
  type Profile,
  type Sample,
  type SampledProfile,
} from './types.ts';

/** Marks in the side tables, beside ids. Negative, so that every entry is a small integer to the engine. */
const UNUSED = -1;
const USED = -2;

const COMMA_BYTES = 1;

/** Entries of stacks between two looks at the clock: a few tens of microseconds. A stack itself costs some of them. */
const ENTRIES_PER_CHECK = 1024;
const ENTRIES_PER_STACK = 16;

/** What compaction makes of a profile. It shares what did not change with the original, which stays as it was. */
export interface CompactSampledProfile extends Omit<SampledProfile, 'samples'> {
  /** A view: a renumbered copy of each of a million samples would be a second object graph. */
  readonly samples: ArrayView<Sample>;
}

export interface Compaction {
  readonly profile: Profile<CompactSampledProfile>;
  /** How many bytes of JSON were saved, counted while interning. */
  readonly savedBytes: number;
}

class RenumberedSamples extends ArrayView<Sample> {
  readonly #samples: readonly Sample[];
  readonly #stackIds: Int32Array;

  constructor(samples: readonly Sample[], stackIds: Int32Array) {
    super();
    this.#samples = samples;
    this.#stackIds = stackIds;
  }

  get length(): number {
    return this.#samples.length;
  }

  at(index: number): Sample {
    const sample = this.#samples[index] as Sample;
    return { ...sample, stack_id: this.#stackIds[sample.stack_id] as number };
  }
}

/**
 * Makes a profile smaller with nothing lost: equal frames become one, then equal stacks, and what no sample refers to
 * goes. The native profiler indexes frames by call-tree node, so a function stands in the list once for each path that
 * leads to it. Time is linear in samples, stack entries and frames; the side tables are typed arrays.
 *
 * @throws MalformedProfileError when an array is missing or an index is out of range
 */
export function* compactSteps(profile: Profile, pace: Pace): Generator<void, Compaction> {
  const sampled = readSampledProfile(profile);
  const stackIds = new Int32Array(sampled.stacks.length).fill(UNUSED);
  yield* markUsedStacks(sampled.samples, stackIds, pace);
  const { stacks, frames, savedBytes } = yield* internStacks(sampled, stackIds, pace);
  const savedDigits = yield* countSavedDigits(sampled.samples, stackIds, pace);
  const compact: CompactSampledProfile = {
    ...sampled,
    samples: new RenumberedSamples(sampled.samples, stackIds),
    stacks,
    frames,
  };
  return { profile: { ...profile, profile: compact }, savedBytes: savedBytes + savedDigits };
}

function readSampledProfile(profile: Profile): SampledProfile {
  const sampled = (profile as Profile | null)?.profile as SampledProfile | null | undefined;
  if (!Array.isArray(sampled?.samples) || !Array.isArray(sampled.stacks) || !Array.isArray(sampled.frames)) {
    throw new MalformedProfileError('Expected `profile` to have the arrays `samples`, `stacks` and `frames`');
  }
  return sampled;
}

function* markUsedStacks(
  samples: readonly Sample[],
  stackIds: Int32Array,
  pace: Pace,
): Generator<void, void> {
  for (let i = 0; i < samples.length; i++) {
    const stack = (samples[i] as Sample | null | undefined)?.stack_id as number;
    if (typeof stack !== 'number' || stack >>> 0 !== stack || stack >= stackIds.length)
      throw outOfRange('stack_id', stack, stackIds.length);
    stackIds[stack] = USED;
    if (i % STEPS_PER_CHECK === 0 && pace.isOver()) yield;
  }
}

function* internStacks({ stacks, frames }: SampledProfile, stackIds: Int32Array, pace: Pace) {
  const frameIds = new Int32Array(frames.length).fill(UNUSED);
  const frameTable = new FrameTable();
  const stackTable = new StackTable();
  const before = new ListBytes();
  const after = new ListBytes();
  let mapped = new Int32Array(256);
  let entries = 0;

  for (let i = 0; i < stacks.length; i++) {
    const stack = stacks[i];
    if (!Array.isArray(stack)) throw new MalformedProfileError('Expected every stack to be an array');
    if (stack.length > mapped.length) mapped = new Int32Array(2 * stack.length);
    const isUsed = stackIds[i] === USED;
    let polynomial = 0;
    for (let start = 0; start < stack.length; start += ENTRIES_PER_CHECK) {
      const end = Math.min(start + ENTRIES_PER_CHECK, stack.length);
      if (isUsed)
        polynomial = mapEntries(stack, start, end, frames, frameIds, frameTable, mapped, polynomial);
      else checkEntries(stack, start, end, frames.length);
      if (end - start === ENTRIES_PER_CHECK && pace.isOver()) yield;
    }
    before.add(stack);
    if (isUsed) {
      const distinct = stackTable.kept.length;
      const id = stackTable.intern(mapped, stack.length, polynomial);
      stackIds[i] = id;
      if (id === distinct) after.add(stackTable.kept[id] as number[]);
    }
    entries += stack.length + ENTRIES_PER_STACK;
    if (entries < ENTRIES_PER_CHECK) continue;
    entries = 0;
    if (pace.isOver()) yield;
  }

  let savedBytes = frameTable.savedBytes + before.estimate() - after.estimate();
  for (let i = 0; i < frameIds.length; i++) {
    if (frameIds[i] === UNUSED) savedBytes += jsonBytes(frames[i]) + COMMA_BYTES;
    if (i % STEPS_PER_CHECK === 0 && pace.isOver()) yield;
  }
  return { stacks: stackTable.kept, frames: frameTable.kept, savedBytes };
}

/**
 * Checks the entries of a used stack, gives their frames ids where a stack comes to them first, and folds the ids into
 * the polynomial that finds an equal stack. The hot loop: one visit for each entry, free of calls but for new frames.
 */
function mapEntries(
  stack: readonly number[],
  start: number,
  end: number,
  frames: readonly Frame[],
  frameIds: Int32Array,
  frameTable: FrameTable,
  mapped: Int32Array,
  polynomial: number,
): number {
  let folded = polynomial;
  const limit = frames.length;
  for (let i = start; i < end; i++) {
    const index = stack[i] as number;
    if (typeof index !== 'number' || index >>> 0 !== index || index >= limit)
      throw frameOutOfRange(index, limit);
    let id = frameIds[index] as number;
    if (id === UNUSED) {
      id = frameTable.intern(frames[index] as Frame);
      frameIds[index] = id;
    }
    mapped[i] = id;
    folded = (folded * 31 + id) | 0;
  }
  return folded;
}

function checkEntries(stack: readonly number[], start: number, end: number, limit: number): void {
  for (let i = start; i < end; i++) {
    const index = stack[i] as number;
    if (typeof index !== 'number' || index >>> 0 !== index || index >= limit)
      throw frameOutOfRange(index, limit);
  }
}

function* countSavedDigits(samples: readonly Sample[], stackIds: Int32Array, pace: Pace) {
  let saved = 0;
  for (let i = 0; i < samples.length; i++) {
    const before = (samples[i] as Sample).stack_id;
    saved += jsonIntegerBytes(before) - jsonIntegerBytes(stackIds[before] as number);
    if (i % STEPS_PER_CHECK === 0 && pace.isOver()) yield;
  }
  return saved;
}

function outOfRange(what: string, value: unknown, length: number): MalformedProfileError {
  const got = typeof value === 'number' ? `\`${value}\`` : `a ${typeof value}`;
  return new MalformedProfileError(`Expected ${what} to be an index below ${length}, got ${got}`);
}

function frameOutOfRange(index: unknown, length: number): MalformedProfileError {
  return outOfRange('a frame of a stack', index, length);
}
