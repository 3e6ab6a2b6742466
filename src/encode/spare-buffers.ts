/**
 * Buffers of one size, for reuse. A service that encodes all the time would else leave each of them to the garbage collector, which is
 * in no hurry with memory outside of the heap. They are held weakly, so a full collection takes them from a service that rests.
 */
export class SpareBuffers {
  readonly #bufferBytes: number;
  readonly #most: number;
  readonly #spare: WeakRef<Buffer>[] = [];

  /** @param most buffers that are kept at a time; the garbage collector gets those beyond it */
  constructor(bufferBytes: number, most: number) {
    this.#bufferBytes = bufferBytes;
    this.#most = most;
  }

  take(): Buffer {
    for (let spare = this.#spare.pop(); spare !== undefined; spare = this.#spare.pop()) {
      const buffer = spare.deref();
      if (buffer !== undefined) return buffer;
    }
    // A part of a buffer that Node shares could not be taken back.
    return Buffer.allocUnsafeSlow(this.#bufferBytes);
  }

  /** Takes a buffer back that nobody reads any more. */
  giveBack(buffer: Buffer): void {
    if (this.#spare.length < this.#most) this.#spare.push(new WeakRef(buffer));
  }
}
