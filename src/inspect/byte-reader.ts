import { StringDecoder } from 'node:string_decoder';

const NEWLINE = 0x0a;

/** A stretch of the input, and how it ended. */
export interface Stretch {
  /** Undefined if it was skipped, or longer than may be kept. */
  readonly text: string | undefined;
  readonly bytes: number;
  /** Whether the input did not end within it. */
  readonly isWhole: boolean;
}

/** Reads a stream of chunks from the front and holds no more of it than it was asked to keep. */
export class ByteReader {
  /** How many bytes have been read. */
  position = 0;
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Whether all has been read. */
  async isAtEnd(): Promise<boolean> {
    return !(await this.#fill());
  }

  /** The bytes from here on without reading them: as many as asked for, or all up to the end. */
  async peek(bytes: number): Promise<Buffer> {
    while (this.#chunk.length < bytes) {
      const { value, done } = await this.#chunks.next();
      if (done === true) break;
      this.#chunk = Buffer.concat([this.#chunk, value]);
    }
    return this.#chunk.subarray(0, bytes);
  }

  /** Reads that many bytes. @param maxKeptBytes skips them if they are more; 0 skips them in any case */
  async read(bytes: number, maxKeptBytes: number): Promise<Stretch> {
    if (bytes === 0) return { text: '', bytes: 0, isWhole: true };
    let left = bytes;
    return this.#readUntil(bytes > maxKeptBytes ? 0 : maxKeptBytes, (chunk) => {
      const end = Math.min(left, chunk.length);
      left -= end;
      return { end, isLast: left === 0 };
    });
  }

  /** Reads a line, and the newline after it. @param maxKeptBytes keeps no text of a longer line; 0 keeps none at all */
  async readLine(maxKeptBytes: number): Promise<Stretch> {
    const line = await this.#readUntil(maxKeptBytes, (chunk) => {
      const newline = chunk.indexOf(NEWLINE);
      return newline < 0 ? { end: chunk.length, isLast: false } : { end: newline, isLast: true };
    });
    if (line.isWhole) this.#advance(1);
    return line;
  }

  /** Reads all that is left. @param maxKeptBytes reading stops once it is longer */
  readRest(maxKeptBytes: number): Promise<Stretch> {
    let bytes = 0;
    return this.#readUntil(maxKeptBytes, (chunk) => {
      bytes += chunk.length;
      return { end: chunk.length, isLast: bytes > maxKeptBytes };
    });
  }

  async #readUntil(
    maxKeptBytes: number,
    cut: (chunk: Buffer) => { end: number; isLast: boolean },
  ): Promise<Stretch> {
    const decoder = new StringDecoder('utf8');
    const start = this.position;
    let text: string | undefined = maxKeptBytes > 0 ? '' : undefined;
    for (let isLast = false; !isLast; ) {
      if (!(await this.#fill())) {
        return {
          text: text === undefined ? text : text + decoder.end(),
          bytes: this.position - start,
          isWhole: false,
        };
      }
      const next = cut(this.#chunk);
      isLast = next.isLast;
      if (this.position - start + next.end > maxKeptBytes) text = undefined;
      // Chunk by chunk, because the bytes of half a gigabyte would be held beside its text.
      if (text !== undefined) text += decoder.write(this.#chunk.subarray(0, next.end));
      this.#advance(next.end);
    }
    return {
      text: text === undefined ? text : text + decoder.end(),
      bytes: this.position - start,
      isWhole: true,
    };
  }

  #advance(bytes: number): void {
    this.#chunk = this.#chunk.subarray(bytes);
    this.position += bytes;
  }

  async #fill(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done === true) return false;
      this.#chunk = value;
    }
    return true;
  }
}
