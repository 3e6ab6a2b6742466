import { type Pace, STEPS_PER_CHECK } from '../pace/pace.ts';
import { type Dictionary, NO_STACK, type Numbering, UNNUMBERED } from './dictionary.ts';
import { cutMeasurements, joinMeasurements, type Measurements } from './measurements.ts';
import { RowTable } from './row-table.ts';
import type { Segment } from './segment.ts';

/** A stretch of time, in milliseconds of `performance.now()`. */
export interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Whether it begins where another stretch ended. Then the tick before it stands for the time before its own first tick. */
  readonly isContinued: boolean;
}

/**
 * The part of the recording that lies in some stretches of time, as columns. It has only the frames and stacks that its samples
 * need.
 */
export interface Cut {
  /** Of each sample, in order. */
  readonly timesMs: Float64Array;
  /** Of each sample, an index into {@link leaves}. */
  readonly stackIds: Int32Array;
  /** For each stack its place in the tree of calls; {@link NO_STACK} for one without frames. */
  readonly leaves: Int32Array;
  /** The tree of calls: for each place, the place of the caller and an index into {@link frames}. */
  readonly calls: RowTable;
  readonly frames: readonly CutFrame[];
  /** Paths of the scripts that the frames are in. */
  readonly resources: ReadonlySet<string>;
  readonly measurements: Measurements;
  /** JSON bytes of the frames if each call had a frame of its own, as it has in the native profiler's list. */
  readonly callBytes: number;
}

/** A frame, and the dictionary that has its text. */
export interface CutFrame {
  readonly id: number;
  readonly dictionary: Dictionary;
}

/** Makes a cut of stretches that are in order. A tick stands until the next one, and the last tick of a stretch until its end. */
export function* cutSegments(
  segments: readonly Segment[],
  stretches: readonly Stretch[],
  pace: Pace,
): Generator<void, Cut> {
  const cut = new CutBuilder();
  let first = 0;
  for (const stretch of stretches) {
    while (first + 1 < segments.length && segments[first + 1]!.fromMs <= stretch.fromMs) first++;
    for (let i = beforeOf(segments, first); i < segments.length; i++) {
      const segment = segments[i]!;
      if (segment.fromMs >= stretch.untilMs) break;
      for (let start = 0; start < segment.timesMs.length; start += STEPS_PER_CHECK) {
        cut.add(segment, stretch, start, start + STEPS_PER_CHECK);
        if (pace.isOver()) yield;
      }
      cut.measure(segment, stretch);
    }
    cut.endStretch(stretch);
    if (pace.isOver()) yield;
  }
  return cut.build();
}

/** The segment that has the last tick before this one, because a continued stretch begins with that tick. */
function beforeOf(segments: readonly Segment[], index: number): number {
  let before = Math.max(0, index - 1);
  while (before > 0 && segments[before]?.timesMs.length === 0) before--;
  return before;
}

/** A tick's stack in the recording. */
interface RecordedStack {
  readonly stack: number;
  readonly dictionary: Dictionary;
}

class CutBuilder {
  readonly #timesMs: number[] = [];
  readonly #stackIds: number[] = [];
  readonly #leaves: number[] = [];
  readonly #stackOfLeaf = new Map<number, number>();
  readonly #calls = new RowTable(2);
  readonly #row = new Int32Array(2);
  readonly #frames: CutFrame[] = [];
  readonly #resources = new Set<string>();
  readonly #numberings = new Map<Dictionary, Numbering>();
  /**
   * Ids of frames by their text. It is filled from the second dictionary on, because two dictionaries may have the same frame.
   */
  readonly #frameOfText = new Map<string, number>();
  readonly #measurements: Measurements[] = [];
  #callBytes = 0;
  /** Whether the current stretch has a sample. */
  #isBegun = false;
  /** Where the last stretch with samples ended. */
  #endMs: number | undefined;
  /** The last tick before a stretch that goes on. */
  #before: RecordedStack | undefined;

  add({ timesMs, stacks, dictionary }: Segment, stretch: Stretch, start: number, end: number): void {
    for (let i = start; i < end && i < timesMs.length; i++) {
      const timeMs = timesMs[i]!;
      if (timeMs >= stretch.untilMs) return;
      const recorded = { stack: stacks[i]!, dictionary };
      if (timeMs < stretch.fromMs) this.#before = stretch.isContinued ? recorded : undefined;
      else {
        this.#begin(stretch);
        this.#push(timeMs, this.#stackIdOf(recorded));
      }
    }
  }

  measure({ measurements, untilMs: endMs }: Segment, { fromMs, untilMs }: Stretch): void {
    if (endMs > fromMs) this.#measurements.push(cutMeasurements(measurements, fromMs, untilMs));
  }

  endStretch(stretch: Stretch): void {
    if (this.#before !== undefined) this.#begin(stretch);
    if (this.#isBegun) this.#endMs = stretch.untilMs;
    this.#isBegun = false;
  }

  build(): Cut {
    // The last sample says how long the one before it stands.
    if (this.#endMs !== undefined) this.#push(this.#endMs, this.#stackIds.at(-1)!);
    for (const [dictionary, numbering] of this.#numberings) dictionary.takeBack(numbering);
    return {
      timesMs: Float64Array.from(this.#timesMs),
      stackIds: Int32Array.from(this.#stackIds),
      leaves: Int32Array.from(this.#leaves),
      calls: this.#calls,
      frames: this.#frames,
      resources: this.#resources,
      measurements: joinMeasurements(this.#measurements),
      callBytes: this.#callBytes,
    };
  }

  /** Puts a sample without frames between two stretches, so that no function is charged for the pause. */
  #begin({ fromMs }: Stretch): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    if (this.#endMs !== undefined) this.#push(this.#endMs, this.#stackIdOfLeaf(NO_STACK));
    if (this.#before !== undefined) this.#push(fromMs, this.#stackIdOf(this.#before));
    this.#before = undefined;
  }

  #push(timeMs: number, stackId: number): void {
    this.#timesMs.push(timeMs);
    this.#stackIds.push(stackId);
  }

  #stackIdOf({ stack, dictionary }: RecordedStack): number {
    return this.#stackIdOfLeaf(this.#callOf(stack, dictionary, this.#numberingOf(dictionary)));
  }

  #stackIdOfLeaf(leaf: number): number {
    const known = this.#stackOfLeaf.get(leaf);
    if (known !== undefined) return known;
    this.#stackOfLeaf.set(leaf, this.#leaves.length);
    return this.#leaves.push(leaf) - 1;
  }

  /** The place of a stack in the cut's own tree of calls. */
  #callOf(stack: number, dictionary: Dictionary, numbering: Numbering): number {
    if (stack === NO_STACK) return NO_STACK;
    const known = numbering.stacks[stack]!;
    if (known !== UNNUMBERED) return known;
    const leaf = dictionary.leafOf(stack);
    // V8 cuts a stack at 128 frames, so the recursion is not deep.
    const caller = this.#callOf(dictionary.callerOf(stack), dictionary, numbering);
    this.#row[0] = caller;
    this.#row[1] = this.#frameOf(leaf, dictionary, numbering);
    const { size } = this.#calls;
    const call = this.#calls.intern(this.#row);
    if (call === size) this.#callBytes += dictionary.textBytesOf(leaf) + 1;
    numbering.stacks[stack] = call;
    return call;
  }

  #frameOf(frame: number, dictionary: Dictionary, numbering: Numbering): number {
    const known = numbering.frames[frame]!;
    if (known !== UNNUMBERED) return known;
    const path = dictionary.pathOf(frame);
    if (path !== undefined) this.#resources.add(path);
    const id = this.#addFrame({ id: frame, dictionary });
    numbering.frames[frame] = id;
    return id;
  }

  #addFrame(frame: CutFrame): number {
    if (this.#numberings.size < 2) return this.#frames.push(frame) - 1;
    const key = textKey(frame);
    const id = this.#frameOfText.get(key) ?? this.#frames.push(frame) - 1;
    this.#frameOfText.set(key, id);
    return id;
  }

  #numberingOf(dictionary: Dictionary): Numbering {
    const known = this.#numberings.get(dictionary);
    if (known !== undefined) return known;
    if (this.#numberings.size === 1) {
      for (const [id, frame] of this.#frames.entries()) this.#frameOfText.set(textKey(frame), id);
    }
    const numbering = dictionary.lendNumbering();
    this.#numberings.set(dictionary, numbering);
    return numbering;
  }
}

function textKey({ id, dictionary }: CutFrame): string {
  return dictionary.textOf(id).toString('latin1');
}
