import type { Stretch } from './cut.ts';
import { Dictionary } from './dictionary.ts';
import { type Segment, segmentBytes } from './segment.ts';

/** The segments of a recording that are still needed, in order, and the dictionaries that they refer to. */
export class SegmentStore {
  readonly #segments: Segment[] = [];
  /** In the order of their use, the one in use last. */
  readonly #dictionaries: Dictionary[] = [];
  #segmentBytes = 0;

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** About all the memory that it takes, in bytes. */
  get bytes(): number {
    return this.#dictionaries.reduce((sum, { bytes }) => sum + bytes, this.#segmentBytes);
  }

  get counts(): { readonly segments: number; readonly frames: number; readonly stacks: number } {
    let [frames, stacks] = [0, 0];
    for (const { counts } of this.#dictionaries) {
      frames += counts.frames;
      stacks += counts.stacks;
    }
    return { segments: this.#segments.length, frames, stacks };
  }

  add(segment: Segment): void {
    this.#segments.push(segment);
    this.#segmentBytes += segmentBytes(segment);
  }

  /**
   * The dictionary for the next segment. If it has grown too large, a new one is begun, and the old one goes with the last
   * segment that needs it.
   */
  dictionary(maxBytes: number): Dictionary {
    const current = this.#dictionaries.at(-1);
    if (current !== undefined && current.bytes <= maxBytes) return current;
    const next = new Dictionary();
    this.#dictionaries.push(next);
    return next;
  }

  /** Lets go of segments that end before a moment, but for the one that may hold the last tick before it. */
  forgetBefore(timeMs: number): void {
    let count = 0;
    while (count + 1 < this.#segments.length && this.#segments[count + 1]!.fromMs <= timeMs) count++;
    this.#drop(count - 1);
  }

  /**
   * Lets go of segments that none of these stretches needs. The stretches come in the order in which they began. A profile may
   * wait long for its transaction, and must not keep all that is recorded meanwhile.
   */
  forgetUnmarked(marks: Iterable<Pick<Stretch, 'fromMs' | 'untilMs'>>): void {
    const needed: boolean[] = [];
    let first = 0;
    for (const { fromMs, untilMs } of marks) {
      while (first + 1 < this.#segments.length && this.#segments[first + 1]!.fromMs <= fromMs) first++;
      for (let i = Math.max(0, first - 1); i < this.#segments.length; i++) {
        if (this.#segments[i]!.fromMs >= untilMs) break;
        needed[i] = true;
      }
    }
    this.#keep((_, i) => needed[i] === true);
  }

  /** Lets go of all segments; the dictionary in use stays for those to come. */
  forgetAll(): void {
    this.#drop(this.#segments.length);
  }

  clear(): void {
    this.forgetAll();
    this.#dictionaries.length = 0;
  }

  #drop(count: number): void {
    if (count > 0) this.#keep((_, i) => i >= count);
  }

  #keep(isKept: (segment: Segment, index: number) => boolean): void {
    const kept = this.#segments.filter(isKept);
    this.#segments.length = 0;
    this.#segments.push(...kept);
    this.#segmentBytes = kept.reduce((bytes, segment) => bytes + segmentBytes(segment), 0);
    const used = new Set(kept.map(({ dictionary }) => dictionary));
    const current = this.#dictionaries.at(-1);
    const live = this.#dictionaries.filter((dictionary) => dictionary === current || used.has(dictionary));
    this.#dictionaries.length = 0;
    this.#dictionaries.push(...live);
  }
}
