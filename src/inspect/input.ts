import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MiB } from '../units.ts';
import { NoProfileError } from './no-profile-error.ts';

/** Large enough that a gigabyte takes about a thousand turns of the event loop. */
const CHUNK_BYTES = MiB;

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/**
 * Profiles compress 10 to 40 times. Deflate reaches 1,032 times, where the input says next to nothing. A large envelope of filler is
 * let through; one that grows beyond this much at such a rate was made to keep readers busy.
 */
const BOMB_BYTES = 2048 * MiB;
const BOMB_RATIO = 200;

/**
 * The bytes of a file, decompressed if they are a gzip stream, in chunks as they are asked for.
 *
 * @param file a path, or `-` for standard input
 * @throws NoProfileError while iterating, for a gzip stream that is damaged, cut off or a bomb
 * @throws errors of `node:fs`, while iterating
 */
export async function* readInput(file: string): AsyncGenerator<Buffer, void> {
  const raw: Readable = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const chunks = raw[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const head = await readHead(chunks);
  if (head.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) yield* gunzip(prepended(head, chunks));
  else yield* prepended(head, chunks);
}

/** A pipe may give its first bytes one by one. */
async function readHead(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < GZIP_MAGIC.length) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  return head;
}

async function* prepended(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
  if (head.length > 0) yield head;
  for (;;) {
    const { value, done } = await rest.next();
    if (done === true) return;
    yield value;
  }
}

async function* gunzip(compressed: AsyncGenerator<Buffer, void>): AsyncGenerator<Buffer, void> {
  const source = Readable.from(compressed);
  const stream = createGunzip({ chunkSize: CHUNK_BYTES });
  // `pipe` hands on no errors, and a file may stop being readable halfway.
  source.on('error', (error) => stream.destroy(error));
  let bytes = 0;
  try {
    for await (const chunk of source.pipe(stream) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > BOMB_BYTES && bytes > BOMB_RATIO * stream.bytesWritten)
        throw bombError(stream.bytesWritten);
      yield chunk;
    }
  } catch (error) {
    throw gzipError(error as NodeJS.ErrnoException);
  } finally {
    source.destroy();
  }
}

function bombError(compressedBytes: number): NoProfileError {
  const times = Math.floor(BOMB_BYTES / compressedBytes);
  return new NoProfileError(
    `it is a gzip bomb: ${compressedBytes} bytes have become ${times} times as many, and there is no end`,
  );
}

function gzipError(error: NodeJS.ErrnoException): Error {
  if (error.code === 'Z_BUF_ERROR') return new NoProfileError('it is truncated: its gzip stream has no end');
  if (error.code?.startsWith('Z_') === true) {
    return new NoProfileError(`its gzip stream is damaged: ${error.message}`);
  }
  return error;
}
