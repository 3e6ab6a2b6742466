import fc from 'fast-check';
import { nest, oddValue } from '../support/json-values.ts';

/** All hostile values throw this, so that an oracle can tell it from a failure of the code under test. */
export class HostileError extends Error {}

function fail(): never {
  throw new HostileError('hostile');
}

/** @param original stands in the place now, for values that are made of it; @param holder has it as a member */
type Maker = (original: unknown, holder: unknown) => unknown;

/** Something to put in the place of a member. It prints as its name, and is made anew each time it is used. */
export interface Hostile {
  readonly name: string;
  readonly make: Maker;
}

const numbers = [0, 1, 2, 7, -0, -1, 0.5, 1e308, 2 ** 31, 2 ** 32, 2 ** 53, Number.NaN, Infinity, -Infinity];

const PRIMITIVES: [string, unknown][] = [
  ...numbers.map((number): [string, unknown] => [Object.is(number, -0) ? '-0' : String(number), number]),
  ['null', null],
  ['undefined', undefined],
  ['true', true],
  ['an empty string', ''],
  ['a digit', '0'],
  ['a BigInt', 0n],
  ['a symbol', Symbol('hostile')],
  ['a long string', 'x'.repeat(100_000)],
  ['halves of surrogate pairs', '\ud83d'.repeat(9000)],
  ['controls', '\0'.repeat(20_000)],
];

const asObject = (original: unknown): object =>
  typeof original === 'object' && original !== null ? original : {};
const asList = (original: unknown): unknown[] => (Array.isArray(original) ? original : [original]);

/** Makes a promise of an object, for whoever awaits it. */
const THEN = 'then';

/** Lists and objects that look right and are not. */
const SHAPES: Record<string, Maker> = {
  'an empty list': () => [],
  'a list in a list': () => [[]],
  'a list with holes': (original) => Object.assign([], { 1: original, 5: 0 }),
  'a sparse list': () => Object.assign([], { 50000: 0 }),
  'a list of NaN': () => [Number.NaN, Number.NaN],
  'a list with other members': (original) => Object.assign([...asList(original)], { other: original }),
  'a typed array': () => Int32Array.of(0, 1),
  bytes: () => Buffer.from('{"bytes":1}'),
  'an empty object': () => ({}),
  'an object with a null prototype': () => Object.create(null),
  'a __proto__ of its own': () =>
    JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}'),
  'like a list': (original) => ({ length: 1, 0: original }),
  'like a list of NaN members': () => ({ length: Number.NaN }),
  'like an endless list': () => ({ length: Infinity }),
  'like a list of -1 members': () => ({ length: -1 }),
  thenable: () => ({ [THEN]: () => {} }),
  'thenable that fails': () => ({ [THEN]: fail }),
  'a failing promise': () => {
    const promise = Promise.reject(new HostileError('promise'));
    promise.catch(() => {});
    return promise;
  },
  'a date': () => new Date(0),
  'a date that is none': () => new Date(Number.NaN),
  'a map': () => new Map([[1, {}]]),
  'a regular expression': () => /hostile/g,
  'an error': () => new HostileError('as a value'),
  'a boxed number': () => Object(0),
  'a boxed BigInt': () => Object(1n),
  'a function': () => () => 0,
  'a class': () => HostileError,
  'nested 1,100 deep': () => nest(0, 1100),
  'nested 20,000 deep': () => nest(0, 20_000),
  'with a toJSON to undefined': () => ({ toJSON: () => undefined }),
  'with a toJSON to itself': () => ({ toJSON() { return this; } }), // biome-ignore format: on one line
  'with a toJSON to a BigInt': () => ({ toJSON: () => 1n }),
  'with a toJSON that throws': () => ({ toJSON: fail }),
  'with a valueOf that throws': () => ({ valueOf: fail, toString: fail }),
  'what holds it': (_, holder) => holder,
  'a cycle': () => {
    const cycle: Record<string, unknown> = {};
    cycle.deep = [{ cycle }];
    return cycle;
  },
};

/** Each trap of a proxy throws. */
const THROWING_HANDLER = new Proxy({}, { get: fail });

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const withLength =
  (length: unknown): Maker =>
  (original) =>
    new Proxy(asList(original), {
      get: (list, key) => (key === 'length' ? length : Reflect.get(list, key)),
    });

/** The value that stands in the place already, held in another way. */
const WRAPPINGS: Record<string, Maker> = {
  'a proxy of it': (original) => new Proxy(asObject(original), {}),
  'a proxy that throws': (original) => new Proxy(asObject(original), THROWING_HANDLER),
  'a revoked proxy': () => revoked({}),
  'a revoked proxy of a list': () => revoked([]),
  'a list with a length of NaN': withLength(Number.NaN),
  'a list with a length of -1': withLength(-1),
  'a list with a length of 0.5': withLength(0.5),
  'a list with a length of 1.5': withLength(1.5),
  'a list with a length that is text': withLength('1'),
  'a list without a length': withLength(undefined),
  'a list with a length that is an object': withLength({ valueOf: fail }),
  'it in a list': (original) => [original],
  'it twice': (original) => [original, original],
  'it as text': (original) => JSON.stringify(String(typeof original === 'object' ? '{}' : String(original))),
  'it boxed': (original) => Object(original),
  'it frozen': (original) => Object.freeze(original),
  'it sealed': (original) => Object.seal(original),
  'it with a null prototype': (original) => Object.assign(Object.create(null), original),
  'it inherited': (original) => Object.create(asObject(original)),
  'it as a list': (original) => Object.values(asObject(original)),
  'it as an object': (original) => ({ ...asObject(original) }),
  'it by toJSON': (original) => ({ toJSON: () => original }),
  'a list with a toJSON': (original) => Object.assign([...asList(original)], { toJSON: () => original }),
};

const named = (entries: Record<string, Maker>): Hostile[] =>
  Object.entries(entries).map(([name, make]) => print({ name, make }));

function print(value: Hostile): Hostile {
  return Object.assign(value, { [fc.toStringMethod]: () => value.name });
}

const primitives = PRIMITIVES.map(([name, value]) => print({ name, make: () => value }));
const shapes = named(SHAPES);
const wrappings = named(WRAPPINGS);

/** A hostile value by its name, for cases that are written down. */
export function hostile(name: string): Hostile {
  const found = [...primitives, ...shapes, ...wrappings].find((value) => value.name === name);
  if (found === undefined) throw new Error(`No hostile value is called ${name}`);
  return found;
}

/** Values that profiles and envelopes do not expect anywhere. */
export const anyHostile: fc.Arbitrary<Hostile> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...primitives) },
  { weight: 4, arbitrary: fc.constantFrom(...shapes) },
  { weight: 4, arbitrary: fc.constantFrom(...wrappings) },
  {
    weight: 1,
    // In an object: a toJSON that is told its key says something else of a member that has moved.
    arbitrary: oddValue.map((odd) => print({ name: fc.stringify({ odd }), make: () => ({ odd }) })),
  },
);
