import { once } from 'node:events';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { Turns } from './turns.ts';

/**
 * What is left of a profile after interning is mostly digits, on which level 3 takes less than half the time of the default of 6 and
 * comes out a sixth larger (a recorded profile of 3 MB: 2.9 ms and 69.9 kB against 7.2 ms and 60.4 kB).
 */
export const DEFLATE_LEVEL = 3;

/** zlib's smallest and default size of an output chunk. */
const MIN_CHUNK_BYTES = 16 * 1024;

/** A profile comes out at an eighth of its size or less; what does not takes another chunk. */
const EXPECTED_SHIFT = 3;

/** A run of plain bytes as raw deflate that ends at a byte boundary, so that segments can be joined into one stream. */
export interface Segment {
  readonly chunks: readonly Uint8Array[];
  readonly compressedBytes: number;
  readonly plainBytes: number;
  /** CRC-32 of the plain bytes. */
  readonly crc32: number;
}

/** A member of a stream has one last segment: only that carries deflate's final bit. */
export type Position = 'inner' | 'last';

/**
 * Whether segments can be made here: `zlib.crc32` came with Node 20.15 and 22.2, and is missing from the short-lived
 * versions between.
 */
export const canDeflateSegments = typeof zlib.crc32 === 'function';

let spentMs = 0;

/** How long deflating has taken so far in this process, the wait for zlib's thread included. */
export function deflatingMs(): number {
  return spentMs;
}

async function timed<T>(work: Promise<T>): Promise<T> {
  const startMs = performance.now();
  try {
    return await work;
  } finally {
    spentMs += performance.now() - startMs;
  }
}

/** Deflates blocks as they come, on zlib's own thread. */
export class Deflater {
  readonly #stream: zlib.DeflateRaw;
  readonly #chunks: Uint8Array[] = [];
  readonly #ended: Promise<unknown>;
  #compressedBytes = 0;
  #plainBytes = 0;
  #crc32 = 0;

  constructor(position: Position) {
    this.#stream = zlib.createDeflateRaw(optionsFor(position));
    this.#stream.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#compressedBytes += chunk.length;
    });
    this.#ended = once(this.#stream, 'end');
    // Whoever waits in `write` or `finish` is told; a stream that fails between two calls must not be unhandled.
    this.#ended.catch(() => {});
  }

  /** Comes true when the block has been read: it may be used again then. */
  write(block: Uint8Array): Promise<void> {
    this.#plainBytes += block.length;
    this.#crc32 = zlib.crc32(block, this.#crc32);
    return timed(
      new Promise((resolve, reject) => {
        this.#stream.write(block, (error) => (error ? reject(error) : resolve()));
      }),
    );
  }

  async finish(): Promise<Segment> {
    this.#stream.end();
    await this.#ended;
    return {
      chunks: this.#chunks,
      compressedBytes: this.#compressedBytes,
      plainBytes: this.#plainBytes,
      crc32: this.#crc32,
    };
  }

  /** Gives back zlib's memory when the work is broken off. */
  abort(): void {
    this.#stream.destroy(new Error('Deflating was broken off'));
  }
}

/** Where larger inputs are put together, used again and again: as many as zlib works on at a time, as a rule. */
const INPUT_BYTES = 1024 * 1024 + 64 * 1024;
const MIN_SHARED_BYTES = 64 * 1024;
const spareInputs: (Buffer | undefined)[] = [undefined, undefined];

/** Node has four threads for zlib. Each call takes up to 256 KiB when it is made, and not when its turn comes: more would only wait. */
const turns = new Turns(4);

/**
 * Deflates a few blocks in one go: on a busy event loop every trip to zlib's thread and back costs a turn.
 *
 * @param blocks together small: they are copied
 */
export function deflateAtOnce(blocks: readonly Uint8Array[], position: Position): Promise<Segment> {
  return turns.run(() => deflateNow(blocks, position));
}

async function deflateNow(blocks: readonly Uint8Array[], position: Position): Promise<Segment> {
  const bytes = blocks.reduce((sum, block) => sum + block.length, 0);
  const isShared = bytes >= MIN_SHARED_BYTES && bytes <= INPUT_BYTES && spareInputs.length > 0;
  if (!isShared) return deflatePlain(Buffer.concat(blocks, bytes), position);
  const input = spareInputs.pop() ?? Buffer.allocUnsafeSlow(INPUT_BYTES);
  let end = 0;
  for (const block of blocks) {
    input.set(block, end);
    end += block.length;
  }
  try {
    return await deflatePlain(input.subarray(0, bytes), position);
  } finally {
    spareInputs.push(input);
  }
}

async function deflatePlain(plain: Buffer, position: Position): Promise<Segment> {
  const chunkSize = Math.max(plain.length >> EXPECTED_SHIFT, MIN_CHUNK_BYTES);
  const options = { ...optionsFor(position), ...memoryFor(plain.length), chunkSize };
  const deflate = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.deflateRaw);
  const compressed = await timed(deflate(plain, options));
  // zlib may have allocated far more than it filled: what waits is copied to its size.
  return toSegment(plain, Buffer.from(compressed));
}

/** zlib's range and defaults: by them it takes 256 KiB, most of which it has to clear first. */
const WINDOW_BITS = { least: 9, most: 15 };
const MOST_MEM_LEVEL = 8;

/** A window that is no larger than the input finds as much. Its tables are as small: for a transaction of 2 kB a tenth. */
function memoryFor(bytes: number): zlib.ZlibOptions {
  const neededBits = Math.ceil(Math.log2(Math.max(1, bytes)));
  const windowBits = Math.min(Math.max(neededBits, WINDOW_BITS.least), WINDOW_BITS.most);
  return { windowBits, memLevel: Math.min(windowBits - 7, MOST_MEM_LEVEL) };
}

/** Most bytes of a stored block, and what goes before them (RFC 1951, section 3.2.4). */
const MAX_STORED_BYTES = 0xffff;
const STORED_HEADER_BYTES = 5;

/** A text as an inner segment that is not compressed: what it measures is known before it is. */
export function storeText(text: string): Segment {
  const plain = Buffer.from(text);
  const blocks: Buffer[] = [];
  for (let start = 0; start < plain.length; start += MAX_STORED_BYTES) {
    const block = plain.subarray(start, start + MAX_STORED_BYTES);
    const header = Buffer.alloc(STORED_HEADER_BYTES);
    header.writeUInt16LE(block.length, 1);
    header.writeUInt16LE(block.length ^ MAX_STORED_BYTES, 3);
    blocks.push(header, block);
  }
  return toSegment(plain, Buffer.concat(blocks));
}

function toSegment(plain: Buffer, compressed: Buffer): Segment {
  return {
    chunks: [compressed],
    compressedBytes: compressed.length,
    plainBytes: plain.length,
    crc32: zlib.crc32(plain),
  };
}

function optionsFor(position: Position): zlib.ZlibOptions {
  const { Z_FINISH, Z_SYNC_FLUSH } = zlib.constants;
  return { level: DEFLATE_LEVEL, finishFlush: position === 'last' ? Z_FINISH : Z_SYNC_FLUSH };
}

/** The plain bytes of an inner segment. */
export function inflateSegment(segment: Segment): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { finishFlush: zlib.constants.Z_SYNC_FLUSH };
    zlib.inflateRaw(Buffer.concat(segment.chunks), options, (error, plain) =>
      error ? reject(error) : resolve(plain),
    );
  });
}
