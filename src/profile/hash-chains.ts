const INITIAL_CAPACITY = 1024;

/**
 * How many candidates with the same bucket a look-up compares. With a sound hash chains hold one or two; input made to
 * collide would otherwise cost quadratic time. Past the bound a value is taken for a new one: less compact, never wrong.
 */
export const MAX_CHAIN = 64;

/** A hash index over ids 0, 1, 2 …: chains of ids that share a bucket, newest first, in typed arrays. */
export class HashChains {
  #heads = new Int32Array(INITIAL_CAPACITY).fill(-1);
  #next = new Int32Array(INITIAL_CAPACITY);
  #hashes = new Int32Array(INITIAL_CAPACITY);
  #size = 0;

  /** The newest id in the bucket of this hash, or -1. */
  first(hash: number): number {
    return this.#heads[hash & (this.#heads.length - 1)] as number;
  }

  /** The id after this one in its bucket, or -1. */
  after(id: number): number {
    return this.#next[id] as number;
  }

  hashOf(id: number): number {
    return this.#hashes[id] as number;
  }

  /** Files the next id under this hash and returns it. */
  add(hash: number): number {
    if (this.#size === this.#next.length) this.#grow();
    const id = this.#size++;
    this.#hashes[id] = hash;
    this.#link(id);
    return id;
  }

  #link(id: number): void {
    const bucket = (this.#hashes[id] as number) & (this.#heads.length - 1);
    this.#next[id] = this.#heads[bucket] as number;
    this.#heads[bucket] = id;
  }

  #grow(): void {
    const capacity = this.#next.length * 2;
    const hashes = new Int32Array(capacity);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#next = new Int32Array(capacity);
    this.#heads = new Int32Array(capacity).fill(-1);
    for (let id = 0; id < this.#size; id++) this.#link(id);
  }
}

/** Spreads the entropy of a folded hash over its low bits, which choose the bucket (after MurmurHash3's finalizer). */
export function spread(hash: number): number {
  const h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}
