import type { CompactProfile } from './compact.ts';
import type { Timeline } from './split.ts';

/** Relay throws a thread away that has fewer samples with frames. */
const MIN_BUSY = 2;

/** Where a chunk may be cut: every part has to have samples that Relay takes. */
export class PartEnds {
  /** For each place of the timeline whether something was running. */
  readonly #isBusy: Uint8Array;

  constructor({ columns, order }: Timeline, { profile }: CompactProfile) {
    const hasFrames = Uint8Array.from({ length: profile.stacks.length }, (_, id) =>
      Number((profile.stacks.at(id)?.length ?? 0) > 0),
    );
    this.#isBusy = Uint8Array.from(order, (sample) => hasFrames[columns.stackIds[sample] as number] ?? 0);
  }

  /** Where a part begins: what is idle before it shows nothing. */
  startFrom(place: number): number {
    const busy = this.#isBusy.indexOf(1, place);
    return busy < 0 ? this.#isBusy.length : busy;
  }

  /** The nearest end that a part may have. Its last sample comes once more, to say how long it stands. */
  leastEnd(start: number): number {
    return Math.min(start + 1, this.#isBusy.length);
  }

  /** About `size` samples further, so that what is left is a part of its own, or nothing. */
  endAfter(start: number, size: number): number {
    const { length } = this.#isBusy;
    const end = Math.min(start + size, length);
    const last = this.#lastStart();
    if (end === length || end <= last) return end;
    return last >= this.leastEnd(start) ? last : length;
  }

  /** The last place where a part may begin. */
  #lastStart(): number {
    let busy = 0;
    for (let place = this.#isBusy.length - 1; place >= 0; place--) {
      busy += this.#isBusy[place] as number;
      if (busy === MIN_BUSY) return place;
    }
    return 0;
  }
}
