import type { CompactProfile } from './compact.ts';
import type { Timeline } from './split.ts';

/** Relay throws away a thread with fewer samples that have frames. */
const MIN_BUSY = 2;

/** Finds where a chunk may be cut, because each part needs samples that Relay takes. */
export class PartEnds {
  readonly #length: number;
  /** For each place of the timeline, how many samples before it have frames. */
  readonly #busyBefore: Uint32Array;

  constructor({ columns, order }: Timeline, { profile }: CompactProfile) {
    this.#length = order.length;
    const hasFrames = Uint8Array.from({ length: profile.stacks.length }, (_, id) =>
      Number((profile.stacks.at(id)?.length ?? 0) > 0),
    );
    this.#busyBefore = new Uint32Array(order.length + 1);
    let busy = 0;
    for (const [place, index] of order.entries()) {
      busy += hasFrames[columns.stackIds[index] ?? 0] ?? 0;
      this.#busyBefore[place + 1] = busy;
    }
  }

  /**
   * The end of a part that begins at a place and has about `size` samples. The rest after it is a valid part too, or it is empty.
   */
  endAfter(start: number, size: number): number {
    const length = this.#length;
    let end = Math.min(start + size, length);
    while (end < length && !this.#isPart(start, end)) end++;
    if (end === length || this.#busyIn(end, length) >= MIN_BUSY) return end;
    while (end > start && this.#busyIn(end, length) < MIN_BUSY) end--;
    return end > start && this.#isPart(start, end) ? end : length;
  }

  /** The last sample counts twice, because a part repeats it to say how long it stands. */
  #isPart(start: number, end: number): boolean {
    return this.#busyIn(start, end) + this.#busyIn(end - 1, end) >= MIN_BUSY;
  }

  #busyIn(start: number, end: number): number {
    const [before = 0, until = 0] = [this.#busyBefore[start], this.#busyBefore[end]];
    return until - before;
  }
}
