import { crc32, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combineCrc32 } from '../../src/encode/crc32-combine.ts';
import { Deflater, inflateSegment, storeText } from '../../src/encode/deflate.ts';
import { gzipMemberBytes, joinSegments } from '../../src/encode/gzip-member.ts';

test('the CRC-32 of two pieces combines to that of the whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.uint8Array({ maxLength: 3000 }), (a, b) => {
      expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])));
    }),
  );
});

test('the CRC-32 combines over more than 2^32 bytes', () => {
  // Combining is associative: a long piece in one step, and in halves.
  const half = 2 ** 33;
  const inOne = combineCrc32(1, 2, 2 * half);
  expect(combineCrc32(combineCrc32(1, 0, half), 2, half)).toBe(inOne);
});

test('segments join into one member that gunzip reads back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme' }),
      fc.uint8Array({ maxLength: 200_000 }),
      fc.array(fc.uint8Array({ maxLength: 70_000 }), { maxLength: 4 }),
      async (header, inner, blocks) => {
        const first = new Deflater('inner');
        await first.write(inner);
        const last = new Deflater('last');
        for (const block of blocks) await last.write(block);
        const segments = [storeText(header), await first.finish(), await last.finish()];
        const member = joinSegments(segments);
        const body = Buffer.concat(member.chunks);
        expect(body.length).toBe(member.bytes);
        expect(gzipMemberBytes(segments)).toBe(member.bytes);
        expect(gunzipSync(body).equals(Buffer.concat([Buffer.from(header), inner, ...blocks]))).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test('an inner segment can be read back alone', async () => {
  const deflater = new Deflater('inner');
  await deflater.write(Buffer.from('one '));
  await deflater.write(Buffer.from('two'));
  const segment = await deflater.finish();
  expect((await inflateSegment(segment)).toString()).toBe('one two');
  expect(segment.plainBytes).toBe(7);
});

test('what is broken off gives zlib’s memory back and hangs nobody', async () => {
  const deflater = new Deflater('last');
  await deflater.write(Buffer.from('some'));
  deflater.abort();
  await expect(deflater.finish()).rejects.toThrow();
});
