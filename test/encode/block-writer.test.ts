import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_BYTES, BlockWriter, recycleBlock } from '../../src/encode/block-writer.ts';

function writeAll(texts: readonly string[]): Uint8Array[] {
  const writer = new BlockWriter();
  for (const text of texts) writer.write(text);
  return writer.drain(true);
}

describe('BlockWriter', () => {
  test('writes the UTF-8 of all pieces in their order', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 }).map((unit) => unit.repeat(500));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
        expect(Buffer.concat(writeAll(texts)).equals(Buffer.from(texts.join('')))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test.each(['x', 'é', '€', '😀'])('never cuts a character that does not fit: %s', (character) => {
    for (let before = BLOCK_BYTES - 5; before <= BLOCK_BYTES; before++) {
      const blocks = writeAll(['x'.repeat(before), character, character]);
      const texts = blocks.map((block) => new TextDecoder('utf-8', { fatal: true }).decode(block));
      expect(texts.join('')).toBe('x'.repeat(before) + character + character);
      expect(Math.max(...blocks.map((block) => block.length))).toBeLessThanOrEqual(BLOCK_BYTES);
    }
  });

  test('fills a block to its last byte', () => {
    const lengths = writeAll(['x'.repeat(BLOCK_BYTES - 4), '😀', 'y']).map((block) => block.length);
    expect(lengths).toEqual([BLOCK_BYTES, 1]);
  });

  test('takes a piece as large as a block', () => {
    const lengths = writeAll(['a', 'x'.repeat(BLOCK_BYTES), 'b']).map((block) => block.length);
    expect(lengths).toEqual([1, BLOCK_BYTES, 1]);
  });

  test('throws when a piece is larger than a block: cut short it would be broken JSON', () => {
    expect(() => new BlockWriter().write('x'.repeat(BLOCK_BYTES + 1))).toThrow();
  });

  test('says when there is a sealed block to drain', () => {
    const writer = new BlockWriter();
    writer.write('x'.repeat(BLOCK_BYTES));
    const whileOpen = writer.hasSealed;
    writer.write('y');
    const afterSeal = writer.hasSealed;
    writer.drain();
    expect([whileOpen, afterSeal, writer.hasSealed]).toEqual([false, true, false]);
  });

  test('keeps the open block back unless it is the last', () => {
    const writer = new BlockWriter();
    writer.write('x');
    expect(writer.drain()).toEqual([]);
    expect(Buffer.concat(writer.drain(true)).toString()).toBe('x');
  });

  test('has nothing to drain when nothing was written', () => {
    expect(new BlockWriter().drain(true)).toEqual([]);
  });

  test('has nothing to drain a second time', () => {
    const writer = new BlockWriter();
    writer.write('x');
    writer.drain(true);
    expect(writer.drain(true)).toEqual([]);
  });

  test('leaves a drained block alone', () => {
    const writer = new BlockWriter();
    writer.write('x');
    const [block] = writer.drain(true);
    for (let i = 0; i < 5; i++) writer.write('y'.repeat(BLOCK_BYTES));
    expect(Buffer.from(block as Uint8Array).toString()).toBe('x');
  });

  test('writes into a block that was given back, at its whole length', () => {
    const writer = new BlockWriter();
    writer.write('x');
    const [first] = writer.drain(true);
    recycleBlock(first as Uint8Array);
    writer.write('y'.repeat(BLOCK_BYTES));
    writer.write('z'.repeat(BLOCK_BYTES));
    const drained = writer.drain(true);
    expect(drained.map((block) => block.length)).toEqual([BLOCK_BYTES, BLOCK_BYTES]);
    expect(drained.map((block) => block.buffer)).toContain(first?.buffer);
    expect(Buffer.concat(drained).toString()).toBe('y'.repeat(BLOCK_BYTES) + 'z'.repeat(BLOCK_BYTES));
  });
});
