import { ArrayView, type List } from '../encode/array-view.ts';
import type { BlockWriter } from '../encode/block-writer.ts';
import { type Pace, STEPS_PER_CHECK } from '../pace/pace.ts';
import type { CompactProfile } from './compact.ts';
import type { Frame, Sample } from './types.ts';

const UNUSED = -1;

/** The depth that cuts no stack. */
export const WHOLE = Number.POSITIVE_INFINITY;

/** A sample that the selection repeats, at another time. */
export interface RepeatedSample {
  readonly index: number;
  /** The sample that has this time. */
  readonly timeOf: number;
}

/** Samples to select, in the order that they are to have. */
export interface Choice {
  readonly indices: Uint32Array;
  /** Samples that are repeated after them. */
  readonly ends?: readonly RepeatedSample[];
}

class SelectedSamples extends ArrayView<Sample> {
  readonly #samples: ArrayView<Sample>;
  readonly #choice: Choice;
  readonly #stackIds: Int32Array;

  constructor(samples: ArrayView<Sample>, choice: Choice, stackIds: Int32Array) {
    super();
    this.#samples = samples;
    this.#choice = choice;
    this.#stackIds = stackIds;
  }

  get length(): number {
    const { indices, ends = [] } = this.#choice;
    return indices.length + ends.length;
  }

  at(index: number): Sample {
    const { indices, ends = [] } = this.#choice;
    const repeated = ends[index - indices.length];
    const sample = this.#samples.at(repeated?.index ?? indices[index]!);
    const stack_id = this.#stackIds[sample.stack_id]!;
    if (repeated === undefined) return { ...sample, stack_id };
    const { timestamp, elapsed_since_start_ns } = this.#samples.at(repeated.timeOf);
    return {
      ...sample,
      stack_id,
      ...(timestamp !== undefined && { timestamp }),
      ...(elapsed_since_start_ns !== undefined && { elapsed_since_start_ns }),
    };
  }
}

class SelectedFrames extends ArrayView<Frame> {
  readonly #frames: ArrayView<Frame>;
  readonly #ids: readonly number[];

  constructor(frames: ArrayView<Frame>, ids: readonly number[]) {
    super();
    this.#frames = frames;
    this.#ids = ids;
  }

  get length(): number {
    return this.#ids.length;
  }

  at(index: number): Frame {
    return this.#frames.at(this.#ids[index]!);
  }

  override writeAt(index: number, writer: BlockWriter): void {
    this.#frames.writeAt?.(this.#ids[index]!, writer);
  }
}

/** Selects frames. A view that writes its frames itself stays one. */
function selectFrames(frames: List<Frame>, ids: readonly number[]): List<Frame> {
  const view = frames instanceof ArrayView ? (frames as ArrayView<Frame>) : undefined;
  if (view?.writeAt !== undefined) return new SelectedFrames(view, ids);
  return ids.map((id) => frames.at(id)!);
}

/** A selected profile, in an object of its own: a profile may have a member `then`, and `await` would take it for a promise. */
export interface Selection {
  readonly profile: CompactProfile;
}

/**
 * The part of a profile that some of its samples need: these samples, the stacks they refer to, and the frames those list.
 *
 * @param stackIds the stack of every sample of the profile
 * @param maxDepth how many frames of a stack are kept, from the leaf on, so that the time that each function took itself stays
 *   true
 */
export function* selectSamples(
  profile: CompactProfile,
  stackIds: Int32Array,
  choice: Choice,
  maxDepth: number,
  pace: Pace,
): Generator<void, Selection> {
  const { samples } = profile.profile;
  const { indices } = choice;
  const tables = createTables(profile, maxDepth);
  for (let i = 0; i < indices.length; i++) {
    keepStack(tables, stackIds[indices[i]!]!);
    if (i % STEPS_PER_CHECK === 0 && pace.isOver()) yield;
  }
  const { stacks, frames } = tables.kept;
  const selected = new SelectedSamples(samples, choice, tables.newStackIds);
  const sampled = {
    ...profile.profile,
    samples: selected,
    stacks,
    frames: selectFrames(profile.profile.frames, frames),
  };
  return { profile: { ...profile, profile: sampled } };
}

interface Tables {
  readonly all: CompactProfile['profile'];
  readonly kept: { readonly stacks: number[][]; readonly frames: number[] };
  readonly newStackIds: Int32Array;
  readonly newFrameIds: Int32Array;
  readonly maxDepth: number;
  /** New ids of stacks by their text, because stacks that differed may be equal when they are cut short. */
  readonly known: Map<string, number>;
}

function createTables({ profile }: CompactProfile, maxDepth: number): Tables {
  return {
    all: profile,
    kept: { stacks: [], frames: [] },
    newStackIds: new Int32Array(profile.stacks.length).fill(UNUSED),
    newFrameIds: new Int32Array(profile.frames.length).fill(UNUSED),
    maxDepth,
    known: new Map(),
  };
}

function keepStack(tables: Tables, id: number): void {
  const { all, kept, newStackIds, maxDepth, known } = tables;
  if (newStackIds[id] !== UNUSED) return;
  const stack = all.stacks.at(id)!.slice(0, maxDepth);
  for (let i = 0; i < stack.length; i++) stack[i] = keepFrame(tables, stack[i]!);
  if (maxDepth === WHOLE) {
    newStackIds[id] = kept.stacks.push(stack) - 1;
    return;
  }
  const text = stack.join();
  const newId = known.get(text) ?? kept.stacks.push(stack) - 1;
  known.set(text, newId);
  newStackIds[id] = newId;
}

function keepFrame({ kept, newFrameIds }: Tables, id: number): number {
  if (newFrameIds[id] === UNUSED) newFrameIds[id] = kept.frames.push(id) - 1;
  return newFrameIds[id]!;
}
