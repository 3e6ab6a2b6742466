import { describe, expect, test } from 'vitest';
import { parseEnvelopeStrictly } from './envelope.ts';

function parse(text: string) {
  const { header, items } = parseEnvelopeStrictly(Buffer.from(text));
  return { header, items: items.map((item) => [item.header.type, item.payload.toString()]) };
}

describe('strict envelope', () => {
  test.each([
    ['no items', '{}', []],
    ['no items and a newline', '{}\n', []],
    ['a length', '{}\n{"type":"a","length":2}\n{}', [['a', '{}']]],
    ['a length and a newline at the end', '{}\n{"type":"a","length":2}\n{}\n', [['a', '{}']]],
    ['a length in bytes, not characters', '{}\n{"type":"a","length":4}\n"é"\n', [['a', '"é"']]],
    ['a newline inside a counted payload', '{}\n{"type":"a","length":3}\n1\n2\n', [['a', '1\n2']]],
    [
      'no length',
      '{}\n{"type":"a"}\n{}\n{"type":"b"}\n[]',
      [
        ['a', '{}'],
        ['b', '[]'],
      ],
    ],
    [
      'an empty payload',
      '{}\n{"type":"a","length":0}\n\n{"type":"b","length":0}',
      [
        ['a', ''],
        ['b', ''],
      ],
    ],
    ['a colon after a string inside a value', '{"a":{"b":1,"c":["b"]},"b":"a\\":"}', []],
  ])('takes %s', (_, text, items) => {
    expect(parse(text).items).toEqual(items);
  });

  test.each([
    ['nothing', '', /envelope header is not JSON/],
    ['a header that is no object', '[]', /envelope header is not a JSON object/],
    ['an item header that is no JSON', '{}\n{"type"\n{}', /header of item 0 is not JSON/],
    ['an item header that is no object', '{}\n"a"\n{}', /header of item 0 is not a JSON object/],
    ['no type', '{}\n{"length":2}\n{}', /"type" is missing/],
    ['a length that is too large', '{}\n{"type":"a","length":3}\n{}', /only 2 bytes follow/],
    ['a length that is too small', '{}\n{"type":"a","length":1}\n{}', /no newline stands after/],
    ['a length that is no number', '{}\n{"type":"a","length":"2"}\n{}', /not a number of bytes/],
    ['a negative length', '{}\n{"type":"a","length":-1}\n{}', /not a number of bytes/],
    ['an empty line too many', '{}\n{"type":"a","length":2}\n{}\n\n', /header of item 1 is not JSON/],
    ['garbage at the end', '{}\n{"type":"a","length":2}\n{}\ngarbage', /header of item 1 is not JSON/],
    [
      'sent_at twice',
      '{"sent_at":"2026-11-01T12:00:00Z","sent_at":"2026-11-01T12:00:01Z"}',
      /"sent_at" stands there twice/,
    ],
    ['sent_at that is no date', '{"sent_at":"yesterday"}', /"sent_at" is "yesterday"/],
    ['sent_at on the 32nd', '{"sent_at":"2026-11-32T12:00:00Z"}', /not a date/],
    ['sent_at as a number', '{"sent_at":1}', /not a date/],
  ])('refuses %s', (_, text, problem) => {
    expect(() => parse(text)).toThrow(problem);
  });
});
