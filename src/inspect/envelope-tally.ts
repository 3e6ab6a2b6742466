/** How many items of a type an envelope holds, and how many bytes the largest of them has. */
export interface TypeTally {
  readonly items: number;
  readonly largestBytes: number;
}

/** Counts the items of an envelope by their headers. It is complete once the whole envelope has been read. */
export class EnvelopeTally {
  /** False for a payload that was saved without an envelope. */
  isEnvelope = false;
  /** All of it, decompressed. */
  bytes = 0;
  readonly #types = new Map<string, TypeTally>();

  add(type: string, bytes: number): void {
    const { items, largestBytes } = this.of(type);
    this.#types.set(type, { items: items + 1, largestBytes: Math.max(largestBytes, bytes) });
  }

  of(type: string): TypeTally {
    return this.#types.get(type) ?? { items: 0, largestBytes: 0 };
  }

  /** For a message, as `2 attachment, 1 event`. */
  describe(): string {
    return Array.from(this.#types, ([type, { items }]) => `${items} ${type}`).join(', ');
  }
}
