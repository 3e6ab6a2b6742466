import { SpareBuffers } from './spare-buffers.ts';

/** A block holds this many bytes at most. zlib reads so much in one go, and a block of this size is cheap to keep for reuse. */
export const BLOCK_BYTES = 64 * 1024;

const spareBlocks = new SpareBuffers(BLOCK_BYTES, 32);

/** Takes back a drained block that nobody reads any more. */
export function recycleBlock(block: Uint8Array): void {
  spareBlocks.giveBack(Buffer.from(block.buffer));
}

/** One UTF-16 unit takes this many bytes of UTF-8 at most. A surrogate pair, which is two units, takes four. */
const BYTES_PER_UNIT = 3;

/** Writes text as UTF-8 into blocks. A block that can't take the next piece is sealed, and waits to be drained. */
export class BlockWriter {
  // V8 throws optimized code away with the last instance of the class that it was made for. This instance stays, and keeps the
  // code.
  static readonly kept = new BlockWriter();

  #block: Buffer | undefined;
  #offset = 0;
  #sealed: Uint8Array[] = [];

  get hasSealed(): boolean {
    return this.#sealed.length > 0;
  }

  /** @param text well-formed, and at most {@link BLOCK_BYTES} long in UTF-8 */
  write(text: string): void {
    if (text.length * BYTES_PER_UNIT > BLOCK_BYTES - this.#offset) this.#makeRoom(Buffer.byteLength(text));
    this.#offset += this.#openBlock().write(text, this.#offset);
  }

  /** Copies bytes that are JSON in UTF-8 already, of any length. */
  copy(bytes: Buffer, from: number, to: number): void {
    for (let start = from; start < to; ) {
      if (this.#offset === BLOCK_BYTES) this.#seal();
      const copied = bytes.copy(this.#openBlock(), this.#offset, start, to);
      this.#offset += copied;
      start += copied;
    }
  }

  /** Hands over the sealed blocks, and with `last` the open one too. */
  drain(last = false): Uint8Array[] {
    if (last && this.#offset > 0) this.#seal();
    const sealed = this.#sealed;
    this.#sealed = [];
    return sealed;
  }

  #makeRoom(bytes: number): void {
    if (bytes > BLOCK_BYTES)
      throw new RangeError(`Expected a piece of at most ${BLOCK_BYTES} bytes, got ${bytes}`);
    if (bytes > BLOCK_BYTES - this.#offset) this.#seal();
  }

  #seal(): void {
    this.#sealed.push(this.#openBlock().subarray(0, this.#offset));
    this.#block = undefined;
    this.#offset = 0;
  }

  #openBlock(): Buffer {
    this.#block ??= spareBlocks.take();
    return this.#block;
  }
}
