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

  /** About what all of it takes, in bytes. */
  get bytes(): number {
    return this.#dictionaries.reduce((sum, { bytes }) => sum + bytes, this.#segmentBytes);
  }

  add(segment: Segment): void {
    this.#segments.push(segment);
    this.#segmentBytes += segmentBytes(segment);
  }

  /**
   * The dictionary for the next segment. One that has grown too large is left to the segments that need it: what they alone
   * refer to goes with them.
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
    while (count + 1 < this.#segments.length && (this.#segments[count + 1] as Segment).fromMs <= timeMs)
      count++;
    this.#drop(count - 1);
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
    for (const segment of this.#segments.splice(0, Math.max(0, count)))
      this.#segmentBytes -= segmentBytes(segment);
    const first = this.#segments[0]?.dictionary;
    while (this.#dictionaries.length > 1 && this.#dictionaries[0] !== first) this.#dictionaries.shift();
  }
}
