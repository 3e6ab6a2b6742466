import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeProfile } from '../../src/encoder.ts';
import { jsonOf, nest, oddKey, oddValue } from '../support/json-values.ts';
import { jsonProfile, oddProfile, realisticProfile } from '../support/profiles.ts';

const PIECE_UNITS = 8192;

function encode(value: unknown): Buffer {
  return Buffer.concat([...encodeProfile(value as object)]);
}

/** Byte-equal to the text of `JSON.stringify`, or a TypeError where it makes none. */
function expectSameAsStringify(value: unknown): void {
  const text = jsonOf(value);
  if (text === undefined) {
    expect(() => encode(value)).toThrow(TypeError);
    return;
  }
  const encoded = encode(value);
  // Buffer.equals first: a diff of two large buffers takes minutes.
  if (!encoded.equals(Buffer.from(text))) expect(encoded.toString().slice(0, 2000)).toBe(text.slice(0, 2000));
  expect(encoded.equals(Buffer.from(text))).toBe(true);
}

/** Makes the encoder open the object that holds the value instead of handing it to `JSON.stringify`. */
function opened(value: unknown): unknown {
  return { before: { deep: [{}] }, value, after: { value } };
}

class Inherits {
  readonly data = [1];
  toJSON(key: unknown): unknown {
    return { key, type: typeof key, data: this.data };
  }
}

class FlatInherits {
  readonly data = 1;
  toJSON(key: unknown): unknown {
    return { key, data: this.data };
  }
}

const withKey = { toJSON: (key: unknown) => `${typeof key} ${String(key)}` };
const shared = { a: [1] };

const CASES: [string, unknown][] = [
  ['no member', {}],
  ['no element', []],
  ['members without a JSON form only', { a: undefined, b: () => 1, c: Symbol('c') }],
  ['elements without a JSON form', [undefined, () => 1, Symbol('c'), {}]],
  ['members without a JSON form beside others', { a: undefined, b: {}, c: () => 1, d: [[]], e: Symbol('e') }],
  ['holes', Object.assign([], { 3: 1, 5: {}, 9: [[]] })],
  ['only holes', new Array(100)],
  ['numbers', [Number.NaN, Infinity, -Infinity, -0, 1e21, 5e-324, -1, 2 ** 31, 2 ** 53, 1e-7]],
  ['integer-like keys', { b: {}, 10: [], 2: {}, a: [], '-1': {}, '01': {} }],
  ['a __proto__ of its own', JSON.parse('{"__proto__":{"a":{}},"b":[{}]}')],
  ['symbol keys', { [Symbol('a')]: {}, b: {} }],
  ['a hidden member', Object.defineProperty({ b: {} }, 'a', { value: {} })],
  ['an inherited member', Object.create({ a: {} }, { b: { value: {}, enumerable: true } })],
  ['a null prototype', Object.assign(Object.create(null), { a: { b: [] } })],
  ['an array with other members', Object.assign([1, {}], { other: 1 })],
  ['lone surrogates', ['\ud83d', '\ude00', '\ude00\ud83d', 'a\ud83d', '\ud83d\ud83d\ude00']],
  ['control characters', [String.fromCharCode(...Array(32).keys()), '\u007f\u2028\u2029']],
  ['the same object twice', [shared, { shared }, shared]],
  ['boxed primitives', [Object(1.5), Object('x'), Object(false), Object('x'.repeat(PIECE_UNITS + 1))]],
  ['a boxed number with its own valueOf', Object.assign(Object(1), { valueOf: () => 5 })],
  ['a boxed boolean with its own valueOf', Object.assign(Object(true), { valueOf: () => false })],
  ['a boxed symbol', Object(Symbol('boxed'))],
  ['dates', [new Date(0), new Date(Number.NaN), { at: new Date(1e12) }]],
  ['a map, a set, an expression, an error', [new Map([[1, 2]]), new Set([1]), /a/, new Error('e')]],
  ['typed arrays', [new Uint8Array(3), new Float32Array([1.5]), Buffer.from('abc'), new ArrayBuffer(2)]],
  ['a proxy of an array', new Proxy([1, { a: [] }], {})],
  ['toJSON with its key, of a member', { a: withKey, 5: withKey, '': withKey }],
  ['toJSON with its key, of an element', [1, withKey, { a: 1 }, withKey, [[]], withKey]],
  ['toJSON with its key, of the root', withKey],
  ['toJSON inherited', [new Inherits(), { a: new Inherits() }]],
  [
    'toJSON inherited by flat instances',
    [[[]], 1, new FlatInherits(), new FlatInherits(), { a: new FlatInherits() }],
  ],
  ['toJSON to undefined', [{ toJSON: () => undefined }, { a: { toJSON: () => undefined }, b: {} }]],
  ['toJSON to itself', [{ a: [{}], toJSON() { return this; } }]], // biome-ignore format: on one line
  ['toJSON to a function', { a: { toJSON: () => () => 1 }, b: [{ toJSON: () => () => 1 }] }],
  ['toJSON to what has a toJSON', { a: { toJSON: () => ({ toJSON: () => 1, b: 2 }) } }],
  ['toJSON to a long string', [{ toJSON: () => 'é'.repeat(100_000) }]],
  ['toJSON to a boxed string', [{ toJSON: () => Object('x') }]],
  ['toJSON of a function', { a: Object.assign(() => 1, { toJSON: withKey.toJSON }) }],
  ['toJSON of an array', { a: Object.assign([1], { toJSON: withKey.toJSON }) }],
  ['toJSON that is no function', { a: { toJSON: 1 }, b: { toJSON: {} } }],
];

describe('encodeJson writes the bytes of JSON.stringify', () => {
  test.each(CASES)('for %s', (_, value) => {
    expectSameAsStringify(value);
    expectSameAsStringify(opened(value));
    expectSameAsStringify([value, [[value]], value]);
  });

  test('for any value', () => {
    fc.assert(fc.property(oddValue, expectSameAsStringify), { numRuns: 5000 });
  });

  test('for any value in an object that is too odd to be written in one go', () => {
    fc.assert(
      fc.property(oddValue, (value) => expectSameAsStringify(opened(value))),
      { numRuns: 2000 },
    );
  });

  test('for any value, 200 levels deep', () => {
    fc.assert(
      fc.property(oddValue, fc.integer({ min: 1, max: 200 }), (value, levels) =>
        expectSameAsStringify(nest(value, levels)),
      ),
      { numRuns: 500 },
    );
  });

  test('for any profile', () => {
    fc.assert(fc.property(fc.oneof(jsonProfile, oddProfile), expectSameAsStringify), { numRuns: 2000 });
  });

  test.each(['v1', 'v2'] as const)('for a realistic profile, %s', (format) => {
    expectSameAsStringify(realisticProfile({ samples: 2000, format }));
  });

  test('for lists of every length around a batch and a piece', () => {
    const elements: unknown[] = [0, 'x', null, undefined, {}, [], { a: 1 }, { a: {} }, withKey];
    for (const length of [31, 32, 33, 63, 64, 65, 326, 327, 328, 329, 656]) {
      for (const element of elements) expectSameAsStringify([Array(length).fill(element)]);
    }
  });

  test('for objects of every size around a piece', () => {
    for (const size of [280, 290, 300, 310, 320, 330, 340, 1000]) {
      expectSameAsStringify(Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, i])));
    }
  });
});

describe('encodeJson cuts long text', () => {
  const UNITS = ['x', '\ude00', '\ud83d', '\u0000', '"', 'é', '€'];

  test('between characters, wherever a surrogate pair falls', () => {
    for (let start = PIECE_UNITS - 6; start <= PIECE_UNITS + 6; start++) {
      for (const tail of [
        '😀',
        '😀😀',
        '\ud83d',
        '\ude00',
        '\ud83d\ud83d\ude00',
        '\ud83dx',
        '\ud800\udc00',
        '\udbff\udfff',
        '',
      ]) {
        const text = 'x'.repeat(start) + tail;
        expectSameAsStringify([text, text + 'y'.repeat(PIECE_UNITS)]);
      }
    }
  });

  test('when it is all surrogate pairs, at an odd and at an even place', () => {
    expectSameAsStringify({ even: '😀'.repeat(PIECE_UNITS * 2), odd: `x${'😀'.repeat(PIECE_UNITS * 2)}` });
  });

  test.each(UNITS)('made of %j, around each multiple of a piece', (unit) => {
    for (const length of [1, 2, 3].flatMap((n) => [
      n * PIECE_UNITS - 1,
      n * PIECE_UNITS,
      n * PIECE_UNITS + 1,
    ])) {
      const text = unit.repeat(length);
      expectSameAsStringify(text);
      expectSameAsStringify([text, { [text]: text }]);
    }
  });

  test('when it is a key', () => {
    fc.assert(
      fc.property(fc.integer({ min: -30, max: 30 }), oddKey, (offset, tail) => {
        const key = 'é'.repeat(PIECE_UNITS + offset) + tail;
        expectSameAsStringify({ [key]: 1 });
        expectSameAsStringify({ [key]: [{}], [`${key}2`]: undefined, [`${key}3`]: key });
      }),
      { numRuns: 200 },
    );
  });
});

describe('encodeJson refuses what JSON.stringify refuses', () => {
  const cycle: unknown[] = [{}];
  cycle.push({ deep: cycle });
  const throwing = { get member(): never { throw new RangeError('getter'); } }; // biome-ignore format: on one line

  test.each<[string, unknown]>([
    ['a BigInt', 1n],
    ['a BigInt in a flat list', [1, 1n]],
    ['a BigInt in a flat object', { a: 1n }],
    ['a BigInt in an object that is opened', { a: {}, b: 1n, c: {} }],
    ['a boxed BigInt', { a: {}, b: Object(1n) }],
    ['toJSON to a BigInt', [{ toJSON: () => 1n }]],
    ['a cycle', cycle],
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('root')],
    ['toJSON to undefined, at the root', { toJSON: () => undefined }],
  ])('%s is a TypeError', (_, value) => {
    expect(() => encode(value)).toThrow(TypeError);
  });

  test.each<[string, unknown]>([
    ['a flat object', throwing],
    ['an object that is opened', { a: {}, throwing }],
    ['toJSON', { toJSON: () => throwing.member }],
  ])('what a getter throws passes through, from %s', (_, value) => {
    expect(() => encode(value)).toThrow(new RangeError('getter'));
  });

  test('1,000 levels are taken', () => {
    expectSameAsStringify(nest(1, 1000));
  });
});

describe('encodeJson, as JSON.stringify does,', () => {
  test('calls toJSON once', () => {
    let calls = 0;
    encode([{ toJSON: () => ++calls }, { a: {} }]);
    expect(calls).toBe(1);
  });
});

describe('encodeJson with BigInt.prototype.toJSON', () => {
  function withBigIntToJson(toJSON: (this: bigint, key: string) => unknown, run: () => void): void {
    Object.defineProperty(BigInt.prototype, 'toJSON', { value: toJSON, configurable: true });
    try {
      run();
    } finally {
      Reflect.deleteProperty(BigInt.prototype, 'toJSON');
    }
  }
  const values: unknown[] = [1n, [1n], { a: 1n }, { a: {}, b: 1n, c: [{}, 2n] }, [[[3n, 4n]]]];

  test.each<[string, (this: bigint, key: string) => unknown]>([
    ['to a string with the key', function (key) { return `${key}=${this}`; }], // biome-ignore format: on one line
    ['to undefined', () => undefined],
    ['to a long string', () => 'b'.repeat(100_000)],
  ])('%s', (_, toJSON) => {
    withBigIntToJson(toJSON, () => {
      for (const value of values) expectSameAsStringify(value);
    });
  });
});
