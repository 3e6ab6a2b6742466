import fc from 'fast-check';
import type { Frame, Profile, Sample } from '../../src/profile/types.ts';
import { oddKey, oddString } from './json-values.ts';

/** A profile whose members a test may break, whatever their type. */
// biome-ignore lint/suspicious/noExplicitAny: broken profiles have no type.
export type AnyProfile = any;

/** A sample with its frames in the place of numbers, in terms of JSON. */
export interface ResolvedSample {
  time: unknown;
  thread: unknown;
  frames: unknown[];
}

export function resolveSamples(profile: Profile): ResolvedSample[] {
  const { samples, stacks, frames } = (JSON.parse(JSON.stringify(profile)) as Profile).profile;
  return samples.map((sample) => ({
    time: sample.elapsed_since_start_ns ?? sample.timestamp,
    thread: sample.thread_id,
    frames: (stacks[sample.stack_id] as number[]).map((index) => frames[index]),
  }));
}

/** The JSON of all that compaction must leave alone, keys in their order: everything but numbers and tables. */
export function untouchedJson({ profile, ...meta }: Profile): string {
  const samples = profile.samples.map((sample) => ({ ...sample, stack_id: 0 }));
  const order = Object.keys({ ...meta, profile });
  return JSON.stringify({ order, meta, profile: { ...profile, samples, stacks: 0, frames: 0 } });
}

/** Freezes a value and all that it holds, so that writing to it throws. */
export function deepFreeze<T>(value: T): T {
  if (
    (typeof value !== 'object' && typeof value !== 'function') ||
    value === null ||
    Object.isFrozen(value)
  ) {
    return value;
  }
  Object.freeze(value);
  for (const key of Reflect.ownKeys(value)) deepFreeze((value as Record<PropertyKey, unknown>)[key]);
  return value;
}

/** One sample of three entries, and a stack and a frame that nothing refers to. */
export function smallProfile(): AnyProfile {
  return {
    version: '2',
    profile: {
      samples: [{ stack_id: 0, thread_id: '0', timestamp: 1.5 }],
      stacks: [[0, 1, 0], [1]],
      frames: [
        { function: 'leaf', lineno: 1, colno: 2, in_app: true, abs_path: '/app/a.js' },
        { function: 'root', lineno: 3, colno: 4, in_app: true, abs_path: '/app/a.js' },
        { function: 'unreferenced', lineno: 5, colno: 6, in_app: true, abs_path: '/app/a.js' },
      ],
    },
  };
}

/** A profile of one sample whose stack lists all these frames in their order. */
export function profileOfFrames(frames: readonly unknown[]): Profile {
  const sample = { stack_id: 0, thread_id: '0' };
  return {
    profile: { samples: [sample], stacks: [frames.map((_, index) => index)], frames: frames as Frame[] },
  };
}

type Fields = Record<string, unknown>;

class FrameInstance {}

/** Ways for a frame to hold its fields. */
const FRAME_KINDS: Record<string, (fields: Fields) => object> = {
  plain: (fields) => ({ ...fields }),
  'null prototype': (fields) => Object.assign(Object.create(null), fields),
  instance: (fields) => Object.assign(new FrameInstance(), fields),
  toJSON: (fields) => ({ ...fields, toJSON: () => ({ ...fields, from: 'toJSON' }) }),
  accessor: ({ function: name, ...fields }) =>
    Object.defineProperty({ ...fields }, 'function', { get: () => name, enumerable: true }),
};

const position = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(0, 1, 2, 32) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(-1, 1.5, -0, Number.NaN, 2 ** 31, 2 ** 53, '1', null, undefined),
  },
);

/** Few values for each key, so that equal frames, and frames that differ in one key only, are common. */
const frameFields: fc.Arbitrary<Fields> = fc
  .tuple(
    fc.record(
      {
        function: fc.oneof(fc.constantFrom('a', 'b', ''), oddString),
        lineno: position,
        colno: position,
        in_app: fc.constantFrom<unknown>(true, false, false, 'false', undefined),
        abs_path: fc.constantFrom('/app/a.js', '/app/b.js'),
        filename: fc.constantFrom('a.js', 'b.js'),
        module: fc.constantFrom('a', 'b'),
        data: fc.constantFrom<unknown>(1, { a: { b: [1] } }, { a: { b: [2] } }, [], [{ c: null }]),
        context: fc.dictionary(oddKey, oddString, { maxKeys: 2 }),
      },
      { requiredKeys: [] },
    ),
    fc.nat(8),
  )
  .map(([fields, shift]) => {
    const entries = Object.entries(fields);
    return Object.fromEntries([...entries.slice(shift), ...entries.slice(0, shift)]);
  });

const jsonFrameFields = frameFields.map((fields) => JSON.parse(JSON.stringify(fields)) as Fields);

interface Shape {
  format: 'v1' | 'v2';
  /** Frames as indexes into the pool, each made anew: equal by value, never by identity. */
  frames: number[];
  stacks: number[][];
  stackIds: number[];
  times: number[];
  threads: string[];
  meta: Fields;
  extra: Fields;
  tablesFirst: boolean;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  format: fc.constantFrom('v1', 'v2'),
  frames: fc.array(fc.nat(), { maxLength: 14 }),
  stacks: fc.array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 8 }),
  stackIds: fc.array(fc.nat(), { maxLength: 8 }),
  times: fc.array(fc.nat(2 ** 31 - 1), { minLength: 8, maxLength: 8 }),
  threads: fc.array(fc.constantFrom('0', '1', 'worker'), { minLength: 8, maxLength: 8 }),
  meta: fc.record(
    {
      platform: fc.constant('node'),
      release: oddString,
      debug_meta: fc.constant({ images: [] }),
      options: fc.dictionary(oddKey, oddString, { maxKeys: 2 }),
    },
    { requiredKeys: [] },
  ),
  extra: fc.dictionary(oddKey, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }),
  tablesFirst: fc.boolean(),
});

function buildProfile(pool: readonly (() => object)[], parts: Shape): Profile {
  const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
  const frames = parts.frames.map((index) => at(pool, index)());
  const stacks = parts.stacks.map((stack) =>
    frames.length === 0 ? [] : stack.map((i) => i % frames.length),
  );
  const samples = stacks.length === 0 ? [] : parts.stackIds.map((id, i) => sampleOf(id % stacks.length, i));
  const threads = { thread_metadata: { 0: { name: 'main' } } };
  const tables = parts.tablesFirst
    ? { frames, stacks, samples, ...threads }
    : { ...threads, samples, stacks, frames };
  const profile = { ...parts.extra, ...tables };
  const meta =
    parts.format === 'v1'
      ? { version: '1', event_id: 'd4'.repeat(16), transaction: { name: 'GET /' } }
      : { version: '2', chunk_id: 'd4'.repeat(16), client_sdk: { name: 'node' } };
  return { ...meta, profile, ...parts.meta } as unknown as Profile;

  function sampleOf(stackId: number, index: number): Sample {
    const time = parts.times[index] as number;
    const thread = parts.threads[index] as string;
    return parts.format === 'v1'
      ? { elapsed_since_start_ns: String(time), stack_id: stackId, thread_id: thread, ...parts.extra }
      : { stack_id: stackId, thread_id: thread, timestamp: time / 1000 };
  }
}

/** Profiles of both formats as they come out of `JSON.parse`: plain objects, no member without a JSON form. */
export const jsonProfile: fc.Arbitrary<Profile> = fc
  .tuple(fc.array(jsonFrameFields, { minLength: 1, maxLength: 6 }), shape)
  .map(([pool, parts]) =>
    buildProfile(
      pool.map((fields) => () => structuredClone(fields)),
      parts,
    ),
  );

const frameKind = fc.constantFrom(...Object.keys(FRAME_KINDS));

/**
 * Profiles of both formats whose frames are anything that JSON takes: instances, accessors, `toJSON`, undefined. Several
 * frames hold the same fields in different ways.
 */
export const oddProfile: fc.Arbitrary<Profile> = fc
  .tuple(
    fc.array(frameFields, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(frameKind, fc.nat(), fc.boolean()), { minLength: 1, maxLength: 8 }),
    shape,
  )
  .map(([fields, kinds, parts]) => {
    const pool = kinds.map(([kind, index, padded]) => {
      const chosen = { ...fields[index % fields.length], ...(padded ? { padding: undefined } : {}) };
      return () => FRAME_KINDS[kind]?.(structuredClone(chosen)) ?? {};
    });
    return buildProfile(pool, parts);
  });

/** Numbers below a limit that are the same in every run (a linear congruential generator). */
export function numbersBelow(seed = 1): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** A service as the native profiler sees it: a frame for each node of a call tree, a stack for each leaf that was hit. */
export function realisticProfile(options: {
  samples: number;
  functions?: number;
  format?: 'v1' | 'v2';
}): Profile {
  const { samples: count, functions = 300, format = 'v2' } = options;
  const below = numbersBelow();
  const frames: Frame[] = [];
  const stacks: number[][] = [];
  const samples: Sample[] = [];
  const path: number[] = [];
  for (let tick = 0; tick < count; tick++) {
    path.length = Math.min(path.length, below(path.length + 1));
    while (path.length < 12 || below(4) > 0) path.push(frames.push(frameOf(below(functions))) - 1);
    const stackId = below(3) === 0 ? below(stacks.length) : stacks.push([...path].reverse()) - 1;
    const thread = { stack_id: stackId, thread_id: '0' };
    samples.push(
      format === 'v1'
        ? { ...thread, elapsed_since_start_ns: String(tick * 10_101_010) }
        : { ...thread, timestamp: 1_700_000_000 + tick / 99 },
    );
  }
  return { version: format === 'v1' ? '1' : '2', profile: { samples, stacks, frames } } as unknown as Profile;
}

function frameOf(id: number): Frame {
  return {
    lineno: 10 + ((id * 7) % 900),
    colno: 1 + ((id * 13) % 80),
    in_app: id % 3 === 0,
    function: `Layer${id % 20}.handleRequest${id}`,
    abs_path: `/srv/app/node_modules/framework-${id % 17}/lib/router/module-${id % 40}.js`,
    module: `framework-${id % 17}.lib.router:module-${id % 40}`,
  };
}
