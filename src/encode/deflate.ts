import { once } from 'node:events';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { SpareBuffers } from './spare-buffers.ts';
import { Turns } from './turns.ts';

/**
 * After interning, a profile consists mostly of digits. For these, level 3 takes less than half the time of the default level 6,
 * and the result is a sixth larger (2.9 ms and 69.9 kB against 7.2 ms and 60.4 kB, for a recorded profile of 3 MB).
 */
export const DEFLATE_LEVEL = 3;

/**
 * Inputs up to this size are deflated on the event loop, in 0.06 ms at most. A call to zlib's thread takes the loop 0.02 to 0.07 ms by
 * itself, and its result comes a turn later.
 */
const HERE_BYTES = 16 * 1024;

const deflateOnThread = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.deflateRaw);

/** zlib's smallest and default size of an output chunk. */
const MIN_CHUNK_BYTES = 16 * 1024;

/** A profile shrinks to an eighth of its size or less. Data that does not takes another chunk. */
const EXPECTED_SHIFT = 3;

/** A run of plain bytes as raw deflate that ends at a byte boundary, so that segments can be joined into one stream. */
export interface Segment {
  readonly chunks: readonly Uint8Array[];
  readonly compressedBytes: number;
  readonly plainBytes: number;
  /** CRC-32 of the plain bytes. */
  readonly crc32: number;
}

/** A gzip member has one last segment, which alone has deflate's final bit. */
export type Position = 'inner' | 'last';

/** Whether segments can be made here. `zlib.crc32` came with Node 20.15 and 22.2, and Node 21 does not have it. */
export const canDeflateSegments = typeof zlib.crc32 === 'function';

let spentMs = 0;

/** How long deflating has taken so far in this process, the wait for zlib's thread included. */
export function deflatingMs(): number {
  return spentMs;
}

async function timed<T>(work: () => T | Promise<T>): Promise<T> {
  const startMs = performance.now();
  try {
    return await work();
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
    // `write` and `finish` tell of a failure. If the stream fails between two calls, the rejection must not be unhandled.
    this.#ended.catch(() => {});
  }

  /** Resolves when the block has been read. It may be used again then. */
  write(block: Uint8Array): Promise<void> {
    this.#plainBytes += block.length;
    this.#crc32 = zlib.crc32(block, this.#crc32);
    return timed(
      () =>
        new Promise<void>((resolve, reject) => {
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

  /** Breaks the work off, and gives back zlib's memory. */
  abort(): void {
    this.#stream.destroy(new Error('Deflating was broken off'));
  }
}

/** Larger inputs are put together in buffers of this size, for reuse. Usually, zlib works on no more than two of them at a time. */
const INPUT_BYTES = 1024 * 1024 + 64 * 1024;
const MIN_SHARED_BYTES = 64 * 1024;
const MAX_SHARED_INPUTS = 2;
const spareInputs = new SpareBuffers(INPUT_BYTES, MAX_SHARED_INPUTS);
let sharedInputs = 0;

/**
 * Node has four threads for zlib. A call takes up to 256 KiB as soon as it is made, even while it waits for a thread, so no more
 * calls are made at a time.
 */
const turns = new Turns(4);

/**
 * Deflates a few blocks in one go, because on a busy event loop every trip to zlib's thread and back costs a turn.
 *
 * @param blocks few and small, because they are copied
 */
export async function deflateAtOnce(blocks: readonly Uint8Array[], position: Position): Promise<Segment> {
  const bytes = blocks.reduce((sum, block) => sum + block.length, 0);
  if (bytes <= HERE_BYTES) return deflatePlain(Buffer.concat(blocks, bytes), position);
  return turns.run(() => deflateLarge(blocks, bytes, position));
}

async function deflateLarge(
  blocks: readonly Uint8Array[],
  bytes: number,
  position: Position,
): Promise<Segment> {
  const isShared = bytes >= MIN_SHARED_BYTES && bytes <= INPUT_BYTES && sharedInputs < MAX_SHARED_INPUTS;
  if (!isShared) return deflatePlain(Buffer.concat(blocks, bytes), position);
  sharedInputs++;
  const input = spareInputs.take();
  let end = 0;
  for (const block of blocks) {
    input.set(block, end);
    end += block.length;
  }
  try {
    return await deflatePlain(input.subarray(0, bytes), position);
  } finally {
    sharedInputs--;
    spareInputs.giveBack(input);
  }
}

async function deflatePlain(plain: Buffer, position: Position): Promise<Segment> {
  const chunkSize = Math.max(plain.length >> EXPECTED_SHIFT, MIN_CHUNK_BYTES);
  const options = { ...optionsFor(position), ...memoryFor(plain.length), chunkSize };
  const deflate = plain.length <= HERE_BYTES ? zlib.deflateRawSync : deflateOnThread;
  const compressed = await timed(() => deflate(plain, options));
  // zlib may have allocated far more than it has filled, so the result is copied into a buffer of its size before it waits.
  return toSegment(plain, Buffer.from(compressed));
}

/** The range and the defaults of zlib. With its defaults it takes 256 KiB, most of which it has to clear first. */
const WINDOW_BITS = { least: 9, most: 15 };
const MOST_MEM_LEVEL = 8;

/**
 * A window that is no larger than the input finds as much, and the tables for it are small: for a transaction of 2 kB a tenth.
 */
function memoryFor(bytes: number): zlib.ZlibOptions {
  const neededBits = Math.ceil(Math.log2(Math.max(1, bytes)));
  const windowBits = Math.min(Math.max(neededBits, WINDOW_BITS.least), WINDOW_BITS.most);
  return { windowBits, memLevel: Math.min(windowBits - 7, MOST_MEM_LEVEL) };
}

/** A stored block has this many bytes at most, after a header (RFC 1951, section 3.2.4). */
const MAX_STORED_BYTES = 0xffff;
const STORED_HEADER_BYTES = 5;

/** A text as an inner segment that is not compressed, so that its size follows from the length of the text. */
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
