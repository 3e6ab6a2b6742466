const EMPTY = -1;
const FIRST_ROWS = 256;

/** Slots for each row. In an index that is half empty, a look-up rarely takes more than two steps. */
const SLOTS_PER_ROW = 2;

/** Interns rows of integers: equal rows get one id. Ids count up from 0. */
export class RowTable {
  readonly #width: number;
  #size = 0;
  #rows: Int32Array;
  /** Ids by hash, with open addressing. The number of slots is a power of two, so that a mask makes a slot of a hash. */
  #slots: Int32Array;

  constructor(width: number) {
    this.#width = width;
    this.#rows = new Int32Array(FIRST_ROWS * width);
    this.#slots = new Int32Array(FIRST_ROWS * SLOTS_PER_ROW).fill(EMPTY);
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#rows.byteLength + this.#slots.byteLength;
  }

  at(id: number, column: number): number {
    return this.#rows[id * this.#width + column]!;
  }

  /** @returns the id of an equal row, or a new one: then the table has grown by one */
  intern(row: Int32Array): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(row) & mask;
    for (;;) {
      const id = this.#slots[slot]!;
      if (id === EMPTY) break;
      if (this.#isAt(id, row)) return id;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.#size;
    this.#append(row);
    return this.#size - 1;
  }

  #isAt(id: number, row: Int32Array): boolean {
    const start = id * this.#width;
    for (let column = 0; column < this.#width; column++) {
      if (this.#rows[start + column] !== row[column]) return false;
    }
    return true;
  }

  #append(row: Int32Array): void {
    const start = this.#size * this.#width;
    if (start === this.#rows.length) {
      const rows = new Int32Array(2 * start);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    this.#rows.set(row, start);
    this.#size++;
    if (this.#size * SLOTS_PER_ROW > this.#slots.length) this.#rehash();
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length).fill(EMPTY);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#size; id++) {
      let slot = hashOf(this.#rows.subarray(id * this.#width, (id + 1) * this.#width)) & mask;
      while (slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}

/** The finish of MurmurHash3 for each column. It takes ids, which lie close together, far from each other. */
function hashOf(row: Int32Array): number {
  let hash = 0;
  for (let column = 0; column < row.length; column++) {
    hash = Math.imul(hash ^ row[column]!, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}
