import { describe, expect, test } from 'vitest';
import { disagreementWithSdk } from './agreement.ts';
import { type ParsedEnvelope, parseEnvelopeStrictly } from './envelope.ts';

const BYTES = Buffer.from('{"event_id":"a"}\n{"type":"a"}\n{"b":[1,null]}\n{"type":"c","length":3}\n"d"');

function afterMisreading(misread: (ours: ParsedEnvelope) => void): string | undefined {
  const ours = parseEnvelopeStrictly(BYTES);
  misread(ours);
  return disagreementWithSdk(BYTES, ours);
}

function itemAt({ items }: ParsedEnvelope, index: number) {
  const item = items[index];
  if (item === undefined) {
    throw new Error(`no item ${index}`);
  }
  return item;
}

describe('agreement with the parser of the SDK', () => {
  test('is there when both read the same', () => {
    expect(afterMisreading(() => undefined)).toBeUndefined();
  });

  test.each<[string, RegExp, (ours: ParsedEnvelope) => void]>([
    ['envelope header', /another envelope header/, (ours) => Object.assign(ours.header, { more: 1 })],
    ['number of items', /2 items, not 1/, (ours) => ours.items.pop()],
    ['type', /another header of item 1/, (ours) => Object.assign(itemAt(ours, 1).header, { type: 'e' })],
    [
      'JSON',
      /payload of item 0/,
      (ours) => Object.assign(itemAt(ours, 0), { payload: Buffer.from('{"b":[1,0]}') }),
    ],
    [
      'array',
      /payload of item 0/,
      (ours) => Object.assign(itemAt(ours, 0), { payload: Buffer.from('{"b":{"0":1,"1":null}}') }),
    ],
    [
      'broken JSON',
      /payload of item 0/,
      (ours) => Object.assign(itemAt(ours, 0), { payload: Buffer.from('{') }),
    ],
    ['bytes', /payload of item 1/, (ours) => Object.assign(itemAt(ours, 1), { payload: Buffer.from('"e"') })],
  ])('is missed when ours has another %s', (_, problem, misread) => {
    expect(afterMisreading(misread)).toMatch(problem);
  });
});
