import { jsonBytes } from './json-bytes.ts';

/** Every list is judged until there are this many. After that, ever fewer are: half of them, then a third, and so on. */
const JUDGED_LISTS = 64;

/** Most entries of one list that are looked at. */
const JUDGED_ENTRIES = 1024;

/**
 * Bytes that lists of small integers take as JSON. Some lists are measured, and each stands for those that came since the one
 * before. Stacks are a tenth of a profile and differ little in the bytes of an entry, and there are too many to measure each.
 */
export class ListBytes {
  #lists = 0;
  #bytes = 0;
  #bytesPerEntry = 0;
  #entriesSinceJudged = 0;

  add(list: readonly number[]): void {
    const stride = Math.floor(this.#lists++ / JUDGED_LISTS) + 1;
    this.#entriesSinceJudged += list.length + 1;
    if (this.#lists % stride !== 0) return;
    const judged = list.length > JUDGED_ENTRIES ? list.slice(0, JUDGED_ENTRIES) : list;
    this.#bytesPerEntry = (jsonBytes(judged) + 1) / (judged.length + 1);
    this.#bytes = this.estimate();
    this.#entriesSinceJudged = 0;
  }

  /** Bytes of all lists that were added, each with a comma. */
  estimate(): number {
    return Math.round(this.#bytes + this.#bytesPerEntry * this.#entriesSinceJudged);
  }
}
