import { type Pace, STEPS_PER_CHECK } from '../pace.ts';
import { ArrayView } from './array-view.ts';
import type { CompactProfile } from './compact.ts';
import type { Frame, Sample } from './types.ts';

const UNUSED = -1;

/** The depth that cuts no stack. */
export const WHOLE = Number.POSITIVE_INFINITY;

class SelectedSamples extends ArrayView<Sample> {
  readonly #samples: ArrayView<Sample>;
  readonly #indices: Uint32Array;
  readonly #stackIds: Int32Array;

  constructor(samples: ArrayView<Sample>, indices: Uint32Array, stackIds: Int32Array) {
    super();
    this.#samples = samples;
    this.#indices = indices;
    this.#stackIds = stackIds;
  }

  get length(): number {
    return this.#indices.length;
  }

  at(index: number): Sample {
    const sample = this.#samples.at(this.#indices[index] as number);
    return { ...sample, stack_id: this.#stackIds[sample.stack_id] as number };
  }
}

/** In an object of its own: a profile may have a member called `then`, and be taken for a promise where it is awaited. */
export interface Selection {
  readonly profile: CompactProfile;
}

/**
 * The part of a profile that some of its samples need: these samples, the stacks they refer to, and the frames those list.
 *
 * @param stackIds the stack of every sample of the profile
 * @param indices the samples, in the order that they are to have
 * @param maxDepth how many frames of a stack are kept, from the leaf on: what a function took itself stays true
 */
export function* selectSteps(
  profile: CompactProfile,
  stackIds: Int32Array,
  indices: Uint32Array,
  maxDepth: number,
  pace: Pace,
): Generator<void, Selection> {
  const { samples } = profile.profile;
  const tables = createTables(profile, maxDepth);
  for (let i = 0; i < indices.length; i++) {
    keepStack(tables, stackIds[indices[i] as number] as number);
    if (i % STEPS_PER_CHECK === 0 && pace.isOver()) yield;
  }
  const { stacks, frames } = tables.kept;
  const selected = new SelectedSamples(samples, indices, tables.newStackIds);
  const sampled = { ...profile.profile, samples: selected, stacks, frames };
  return { profile: { ...profile, profile: sampled } };
}

interface Tables {
  readonly all: CompactProfile['profile'];
  readonly kept: { readonly stacks: number[][]; readonly frames: Frame[] };
  readonly newStackIds: Int32Array;
  readonly newFrameIds: Int32Array;
  readonly maxDepth: number;
  /** Cut short, stacks that differed may be the same: the new id for each text. */
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
  const stack = (all.stacks[id] as number[]).slice(0, maxDepth);
  for (let i = 0; i < stack.length; i++) stack[i] = keepFrame(tables, stack[i] as number);
  if (maxDepth === WHOLE) {
    newStackIds[id] = kept.stacks.push(stack) - 1;
    return;
  }
  const text = stack.join();
  const newId = known.get(text) ?? kept.stacks.push(stack) - 1;
  known.set(text, newId);
  newStackIds[id] = newId;
}

function keepFrame({ all, kept, newFrameIds }: Tables, id: number): number {
  if (newFrameIds[id] === UNUSED) newFrameIds[id] = kept.frames.push(all.frames[id] as Frame) - 1;
  return newFrameIds[id] as number;
}
