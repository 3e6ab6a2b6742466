import fc from 'fast-check';

/** Text that encoders may get wrong: halves of surrogate pairs in any order, controls, quotes, wide characters. */
export const oddString = fc.string({
  unit: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom('\ud83d', '\ude00', '\udfff', '"', '\\', '\0', '\n', '\u2028', 'é', '€'),
    },
    { weight: 1, arbitrary: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  ),
  maxLength: 12,
});

export const oddKey = fc.oneof(
  oddString,
  fc.constantFrom('', '__proto__', 'constructor', 'length', 'toString', 'b', 'a', '-1', '01', '1e3'),
  fc.nat(12).map(String),
);

export const oddNumber = fc.oneof(
  fc.constantFrom(0, -0, 1e21, -1e-7, 5e-324, -1.2345678901234567e-100, 2 ** 31, -(2 ** 31), 2 ** 53, 1.5),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, Number.MAX_VALUE),
  fc.double(),
  fc.integer(),
);

class Point {
  readonly x = 1;
  get y(): number {
    return 2;
  }
  readonly method = () => 3;
}

class Keyed {
  readonly inner: unknown;
  constructor(inner: unknown) {
    this.inner = inner;
  }
  toJSON(key: unknown): unknown {
    return { key, type: typeof key, inner: this.inner };
  }
}

const oddLeaf: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: oddString },
  { weight: 4, arbitrary: oddNumber },
  { weight: 2, arbitrary: fc.constantFrom(null, undefined, true, false) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      () => 1,
      Symbol('leaf'),
      Object.assign(() => 1, { toJSON: (key: string) => `function at ${key}` }),
      new Date(0),
      new Date(Number.NaN),
      Object(1.5),
      Object('boxed'),
      Object(false),
      new Map([[1, 2]]),
      new Set([1]),
      new Uint8Array([1, 2, 255]),
      new Float64Array([Number.NaN, 0.5]),
      Buffer.from('bytes'),
      /expression/g,
      new Error('message'),
      new Point(),
      [],
      {},
    ),
  },
);

type Entries = [string, unknown][];

/** Unlike assignment, this does not mind a key that the prototype knows. */
const define = (target: object, entries: Entries): object =>
  Object.defineProperties(target, Object.getOwnPropertyDescriptors(Object.fromEntries(entries)));

/** Ways for an object to hold members; the standard's serializer has a rule for each. */
const DRESSES: Record<string, (entries: Entries) => unknown> = {
  plain: (entries) => Object.fromEntries(entries),
  'null prototype': (entries) => define(Object.create(null), entries),
  instance: (entries) => define(new Point(), entries),
  inherited: (entries) => Object.create(Object.fromEntries(entries)),
  'symbol key': (entries) => ({ ...Object.fromEntries(entries), [Symbol('key')]: 1 }),
  hidden: (entries) => Object.defineProperty(Object.fromEntries(entries), 'hidden', { value: {} }),
  accessors: (entries) =>
    Object.defineProperties(
      {},
      Object.fromEntries(entries.map(([key, value]) => [key, { get: () => value, enumerable: true }])),
    ),
  'own toJSON': (entries) => ({
    ...Object.fromEntries(entries),
    toJSON: (key: string) => ({ key, entries }),
  }),
  'inherited toJSON': (entries) => new Keyed(Object.fromEntries(entries)),
  'toJSON to undefined': (entries) => ({ ...Object.fromEntries(entries), toJSON: () => undefined }),
  'toJSON to itself': (entries) => ({
    ...Object.fromEntries(entries),
    toJSON() {
      return this;
    },
  }),
  'toJSON that is no function': (entries) => ({ toJSON: 1, ...Object.fromEntries(entries) }),
};

/** Any value, nested a few levels: values that JSON has, leaves out, asks (`toJSON`) or renames. */
export const oddValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; list: unknown; object: unknown }>(
  (tie) => ({
    value: fc.oneof({ maxDepth: 4 }, oddLeaf, tie('list'), tie('object')),
    list: fc
      .tuple(fc.array(tie('value'), { maxLength: 6 }), fc.array(fc.nat(5), { maxLength: 2 }))
      .map(([list, holes]) => {
        for (const hole of holes) delete list[hole];
        return list;
      }),
    object: fc
      .tuple(
        fc.constantFrom(...Object.keys(DRESSES)),
        fc.array(fc.tuple(oddKey, tie('value')), { maxLength: 5 }),
      )
      .map(([dress, entries]) => DRESSES[dress]?.(entries)),
  }),
).value;

/** The text of `JSON.stringify`: undefined also where it throws a TypeError. */
export function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Wraps a value in as many levels of lists and objects, in turn. */
export function nest(value: unknown, levels: number): unknown {
  let nested = value;
  for (let level = 0; level < levels; level++) nested = level % 2 === 0 ? [level, nested] : { level, nested };
  return nested;
}
