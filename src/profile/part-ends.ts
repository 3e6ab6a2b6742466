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

  /** About `size` samples further. Its last sample comes once more, to say how long it stands. It ends so that what is left is a part of its own, or nothing. */
  endAfter(start: number, size: number): number {
    const { length } = this.#isBusy;
    const last = this.#lastStart();
    const end = Math.min(start + size, length);
    if (end <= last) return this.#afterBusy(end);
    return end === length || last <= start ? length : this.#afterBusy(last);
  }

  /** Without what is idle at the end: the last sample that is not comes once more, at the time of the first that is. */
  #afterBusy(end: number): number {
    return this.#isBusy.lastIndexOf(1, end - 1) + 1;
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
