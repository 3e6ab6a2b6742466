import type { CompactProfile } from './compact.ts';
import type { Timeline } from './split.ts';

/** Relay throws a thread away that has fewer samples with frames. */
const MIN_BUSY = 2;

/** Where a chunk may be cut: every part has to have samples that Relay takes. */
export class PartEnds {
  readonly #length: number;
  /** How many samples before each place of the timeline are not idle. */
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

  /** Where a part ends that begins at a place and has about `size` samples. The rest after it is a valid part too, or nothing. */
  endAfter(start: number, size: number): number {
    const length = this.#length;
    let end = Math.min(start + size, length);
    while (end < length && !this.#isPart(start, end)) end++;
    if (end === length || this.#busyIn(end, length) >= MIN_BUSY) return end;
    while (end > start && this.#busyIn(end, length) < MIN_BUSY) end--;
    return end > start && this.#isPart(start, end) ? end : length;
  }

  /** The last sample of a part comes once more, to say how long it stands. */
  #isPart(start: number, end: number): boolean {
    return this.#busyIn(start, end) + this.#busyIn(end - 1, end) >= MIN_BUSY;
  }

  #busyIn(start: number, end: number): number {
    const [before = 0, until = 0] = [this.#busyBefore[start], this.#busyBefore[end]];
    return until - before;
  }
}
