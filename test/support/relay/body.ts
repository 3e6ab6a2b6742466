import zlib from 'node:zlib';

/** The body is longer than the server takes, once decompressed. */
export class BodyTooLargeError extends Error {}

/** The content encoding is one the server does not know. */
export class UnknownEncodingError extends Error {}

/** Undoes the content encoding; throws on anything but exactly one well-formed stream. */
export async function decodeBody(body: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  switch (encoding) {
    case 'identity':
      if (body.length > maxBytes) {
        throw new BodyTooLargeError(`body of ${body.length} bytes, ${maxBytes} are allowed`);
      }
      return body;
    case 'gzip':
      return gunzipOneMember(body, maxBytes);
    case 'deflate': {
      const { output, consumedBytes } = await inflate(zlib.createInflate(), body, maxBytes);
      if (consumedBytes !== body.length) {
        throw new Error(`deflate: ${body.length - consumedBytes} bytes follow the end of the stream`);
      }
      return output;
    }
    default:
      throw new UnknownEncodingError(`content-encoding ${JSON.stringify(encoding)}`);
  }
}

/** RFC 1952, section 2.3: the fixed part of a member's header, and the trailer of CRC32 and ISIZE. */
const GZIP_HEADER_BYTES = 10;
const GZIP_TRAILER_BYTES = 8;

/**
 * By hand, because `zlib.gunzip` joins concatenated members and overlooks bytes behind them, and a server in
 * front may do neither.
 */
async function gunzipOneMember(body: Buffer, maxBytes: number): Promise<Buffer> {
  checkGzipHeader(body);
  const { output, consumedBytes } = await inflate(
    zlib.createInflateRaw(),
    body.subarray(GZIP_HEADER_BYTES),
    maxBytes,
  );
  const trailer = GZIP_HEADER_BYTES + consumedBytes;
  const end = trailer + GZIP_TRAILER_BYTES;
  if (body.length < end) {
    throw new Error('gzip: the trailer is cut off');
  }
  if (body.readUInt32LE(trailer) !== zlib.crc32(output)) {
    throw new Error('gzip: wrong CRC32');
  }
  if (body.readUInt32LE(trailer + 4) !== output.length % 2 ** 32) {
    throw new Error('gzip: wrong ISIZE');
  }
  if (body.length > end) {
    throw new Error(`gzip: ${body.length - end} bytes follow the first member`);
  }
  return output;
}

function checkGzipHeader(body: Buffer): void {
  if (body.length < GZIP_HEADER_BYTES || body.readUInt16BE(0) !== 0x1f8b || body[2] !== 8) {
    throw new Error('gzip: not a gzip header');
  }
  if (body[3] !== 0) {
    throw new Error('gzip: optional header fields, which no SDK writes');
  }
}

function inflate(
  engine: zlib.Inflate | zlib.InflateRaw,
  input: Buffer,
  maxBytes: number,
): Promise<{ output: Buffer; consumedBytes: number }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let outputBytes = 0;
    engine.on('data', (chunk: Buffer) => {
      outputBytes += chunk.length;
      chunks.push(chunk);
      if (outputBytes > maxBytes) {
        engine.destroy(
          new BodyTooLargeError(`body of more than the allowed ${maxBytes} bytes, decompressed`),
        );
      }
    });
    engine.on('end', () => {
      resolve({ output: Buffer.concat(chunks, outputBytes), consumedBytes: engine.bytesWritten });
    });
    engine.on('error', reject);
    engine.end(input);
  });
}
