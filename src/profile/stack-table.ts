import { MAX_CHAIN } from './frame-table.ts';

/**
 * The distinct stacks of a profile, by the frames that they list. It is a literal with functions, for the same reason as the
 * table of frames.
 */
export interface StackTable {
  /** The stack of each id. */
  readonly kept: number[][];
  /** The newest id for a hash, and for each id the one before it with the same hash. */
  readonly newest: Map<number, number>;
  readonly previous: number[];
}

export function createStackTable(): StackTable {
  return { kept: [], newest: new Map(), previous: [] };
}

/**
 * The id of a stack's value, a new one if it was not seen before.
 *
 * @param stack holds the stack in its first `length` entries; it is copied if it has to be kept
 * @param hash the entries folded into one integer
 */
export function internStack(table: StackTable, stack: Int32Array, length: number, hash: number): number {
  const { kept, newest, previous } = table;
  const first = newest.get(hash) ?? -1;
  for (let id = first, n = 0; id >= 0 && n < MAX_CHAIN; id = previous[id]!, n++) {
    if (startsWith(stack, length, kept[id]!)) return id;
  }
  const copy = new Array<number>(length);
  for (let i = 0; i < length; i++) copy[i] = stack[i]!;
  newest.set(hash, kept.length);
  previous.push(first);
  return kept.push(copy) - 1;
}

function startsWith(stack: Int32Array, length: number, kept: readonly number[]): boolean {
  if (kept.length !== length) return false;
  for (let i = 0; i < length; i++) {
    if (kept[i] !== stack[i]) return false;
  }
  return true;
}
