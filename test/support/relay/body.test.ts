import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { BodyTooLargeError, decodeBody, UnknownEncodingError } from './body.ts';

const TEXT = Buffer.from('a body that is worth compressing '.repeat(10_000));
const MEMBER = gzipSync(TEXT);

/** One byte of a copy of the member turned over, counted from the end. */
function damaged(fromEnd: number): Buffer {
  const copy = Buffer.from(MEMBER);
  const index = copy.length - fromEnd;
  copy.writeUInt8(copy.readUInt8(index) ^ 0xff, index);
  return copy;
}

describe('content encoding', () => {
  test.each([
    ['gzip', MEMBER],
    ['gzip', gzipSync(TEXT, { level: 0 })],
    ['deflate', deflateSync(TEXT)],
    ['identity', TEXT],
  ])('undoes %s', async (encoding, body) => {
    expect((await decodeBody(body, encoding, TEXT.length)).equals(TEXT)).toBe(true);
  });

  test.each([
    ['a second member', 'gzip', Buffer.concat([MEMBER, MEMBER]), /bytes follow the first member/],
    [
      'an empty second member',
      'gzip',
      Buffer.concat([MEMBER, gzipSync('')]),
      /bytes follow the first member/,
    ],
    ['one byte after the member', 'gzip', Buffer.concat([MEMBER, Buffer.of(0)]), /^gzip: 1 bytes follow/],
    ['a wrong CRC32', 'gzip', damaged(8), /wrong CRC32/],
    ['a wrong ISIZE', 'gzip', damaged(4), /wrong ISIZE/],
    ['a trailer that is cut off', 'gzip', MEMBER.subarray(0, -1), /trailer is cut off/],
    ['a stream that is cut off', 'gzip', MEMBER.subarray(0, -20), /unexpected end of file/],
    ['no gzip at all', 'gzip', TEXT, /not a gzip header/],
    ['an empty body', 'gzip', Buffer.alloc(0), /not a gzip header/],
    ['bytes after a deflate stream', 'deflate', Buffer.concat([deflateSync(TEXT), TEXT]), /follow the end/],
  ])('refuses %s', async (_, encoding, body, problem) => {
    await expect(decodeBody(body, encoding, TEXT.length)).rejects.toThrow(problem);
  });

  test('refuses an encoding it does not know', async () => {
    await expect(decodeBody(TEXT, 'br', TEXT.length)).rejects.toThrow(UnknownEncodingError);
  });

  test.each([
    ['gzip', MEMBER],
    ['deflate', deflateSync(TEXT)],
    ['identity', TEXT],
  ])('refuses %s of one byte more than allowed', async (encoding, body) => {
    await expect(decodeBody(body, encoding, TEXT.length - 1)).rejects.toThrow(BodyTooLargeError);
  });
});
