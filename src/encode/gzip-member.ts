import { combineCrc32 } from './crc32-combine.ts';
import type { Segment } from './deflate.ts';

/** Magic, deflate, no flags, no time, no hint, unknown system (RFC 1952, section 2.3). */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
const TRAILER_BYTES = 8;

/** A complete body as it goes over the wire. */
export interface GzipMember {
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
}

/** The length of a member of these segments. */
export function gzipMemberBytes(segments: readonly Segment[]): number {
  return segments.reduce((bytes, segment) => bytes + segment.compressedBytes, HEADER.length + TRAILER_BYTES);
}

/**
 * Joins segments into one ordinary gzip member without a change of their bytes. Deflate allows a stream to go on at any byte
 * boundary, and the checksum of the whole follows from those of the parts.
 */
export function joinSegments(segments: readonly Segment[]): GzipMember {
  let crc32 = 0;
  let plainBytes = 0;
  for (const segment of segments) {
    crc32 = combineCrc32(crc32, segment.crc32, segment.plainBytes);
    plainBytes += segment.plainBytes;
  }
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32LE(crc32, 0);
  trailer.writeUInt32LE(plainBytes % 2 ** 32, 4);
  return {
    chunks: [HEADER, ...segments.flatMap((segment) => segment.chunks), trailer],
    bytes: gzipMemberBytes(segments),
  };
}
