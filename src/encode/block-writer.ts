/** The most bytes that one block holds: what zlib reads in one go, and small enough to reuse without a thought. */
export const BLOCK_BYTES = 64 * 1024;

/** Most bytes that one UTF-16 unit takes in UTF-8 (a surrogate pair takes four for two). */
const BYTES_PER_UNIT = 3;

/** Writes text as UTF-8 into blocks. A block that can't take the next piece is sealed, and waits to be drained. */
export class BlockWriter {
  // V8 throws optimized code away with the last instance of the class it was made for: this one stays.
  static readonly kept = new BlockWriter();

  #block: Buffer = Buffer.alloc(BLOCK_BYTES);
  #offset = 0;
  #sealed: Uint8Array[] = [];
  readonly #spare: Buffer[] = [];

  get hasSealed(): boolean {
    return this.#sealed.length > 0;
  }

  /** @param text well-formed, and at most {@link BLOCK_BYTES} long in UTF-8 */
  write(text: string): void {
    if (text.length * BYTES_PER_UNIT > BLOCK_BYTES - this.#offset) this.#makeRoom(Buffer.byteLength(text));
    this.#offset += this.#block.write(text, this.#offset);
  }

  /** Copies what is JSON in UTF-8 already, of any length. */
  copy(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; ) {
      if (this.#offset === BLOCK_BYTES) this.#seal();
      const end = Math.min(bytes.length, start + BLOCK_BYTES - this.#offset);
      this.#block.set(bytes.subarray(start, end), this.#offset);
      this.#offset += end - start;
      start = end;
    }
  }

  /** Hands over the sealed blocks; with `last`, what is in the open one too. */
  drain(last = false): Uint8Array[] {
    if (last && this.#offset > 0) this.#seal();
    const sealed = this.#sealed;
    this.#sealed = [];
    return sealed;
  }

  /** Takes back a drained block that nobody reads any more. */
  recycle(block: Uint8Array): void {
    this.#spare.push(Buffer.from(block.buffer));
  }

  #makeRoom(bytes: number): void {
    if (bytes > BLOCK_BYTES)
      throw new RangeError(`Expected a piece of at most ${BLOCK_BYTES} bytes, got ${bytes}`);
    if (bytes > BLOCK_BYTES - this.#offset) this.#seal();
  }

  #seal(): void {
    this.#sealed.push(this.#block.subarray(0, this.#offset));
    this.#block = this.#spare.pop() ?? Buffer.alloc(BLOCK_BYTES);
    this.#offset = 0;
  }
}
