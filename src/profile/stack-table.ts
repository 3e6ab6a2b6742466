import { HashChains, MAX_CHAIN, spread } from './hash-chains.ts';

/** The distinct stacks of a profile, by the frames they list. */
export class StackTable {
  /** One stack for each id. */
  readonly kept: number[][] = [];
  readonly #chains = new HashChains();

  /**
   * The id of this stack's value, a new one if it was not seen before.
   *
   * @param stack holds the stack in its first `length` entries; it is copied if it has to be kept
   * @param polynomial the entries folded into one integer
   */
  intern(stack: Int32Array, length: number, polynomial: number): number {
    const hash = spread(polynomial ^ length);
    let candidate = this.#chains.first(hash);
    for (let n = 0; candidate >= 0 && n < MAX_CHAIN; n++, candidate = this.#chains.after(candidate)) {
      if (
        this.#chains.hashOf(candidate) === hash &&
        startsWith(stack, length, this.kept[candidate] as number[])
      ) {
        return candidate;
      }
    }
    const kept = new Array<number>(length);
    for (let i = 0; i < length; i++) kept[i] = stack[i] as number;
    this.kept.push(kept);
    return this.#chains.add(hash);
  }
}

function startsWith(stack: Int32Array, length: number, kept: readonly number[]): boolean {
  if (kept.length !== length) return false;
  for (let i = 0; i < length; i++) {
    if (kept[i] !== stack[i]) return false;
  }
  return true;
}
