import { describe, expect, test } from 'vitest';
import { createFrameTable, internFrames, MAX_CHAIN, savedFrameBytes } from '../../src/profile/frame-table.ts';
import { jsonBytes } from '../../src/profile/json-bytes.ts';
import type { Frame } from '../../src/profile/types.ts';

const NATIVE: Frame = {
  lineno: 1,
  colno: 2,
  in_app: true,
  function: 'main',
  abs_path: '/app/main.js',
  filename: 'main.js',
  module: 'main',
};

class FrameInstance {
  readonly function = 'main';
  readonly lineno = 1;
}

/** Interns frames; their ids, and the table. */
function intern(frames: readonly unknown[]) {
  const table = createFrameTable();
  const ids = new Uint32Array(frames.length);
  internFrames(table, frames as Frame[], ids, 0, frames.length);
  return { table, ids: [...ids] };
}

function idsOf(...frames: unknown[]): number[] {
  return intern(frames).ids;
}

function without(key: keyof Frame): Frame {
  const { [key]: _, ...rest } = NATIVE;
  return rest;
}

const hidden = (frame: object, key: string, value: unknown) => Object.defineProperty(frame, key, { value });

describe('internFrames gives one id', () => {
  const short = { function: 'main', lineno: 1 };

  test.each<[string, unknown, unknown]>([
    ['copies', NATIVE, { ...NATIVE }],
    ['copies without a function', { lineno: 1 }, { lineno: 1 }],
    ['empty frames', {}, {}],
    ['native frames with their keys in another order', NATIVE, { module: 'main', ...without('module') }],
    ['copies with nested data', { ...NATIVE, data: { a: [1] } }, { ...NATIVE, data: { a: [1] } }],
    ['0 and -0', { ...NATIVE, lineno: 0 }, { ...NATIVE, lineno: -0 }],
    ['NaN and null', { ...NATIVE, lineno: Number.NaN }, { ...NATIVE, lineno: null }],
    ['a missing member and undefined', short, { ...short, in_app: undefined }],
    ['undefined and a missing member', { ...short, in_app: undefined }, short],
    ['a plain frame and an instance', short, new FrameInstance()],
    ['an instance and a plain frame', { ...new FrameInstance() }, { ...short }],
    ['a null prototype and a plain frame', Object.assign(Object.create(null), short), short],
    ['a plain frame and a null prototype', short, Object.assign(Object.create(null), short)],
    ['two with the same toJSON', { toJSON: () => 'frame' }, { toJSON: () => 'frame' }],
  ])('to %s', (_, first, second) => {
    // Compared as JSON, keys sorted: otherwise the case itself is wrong.
    const sorted = (frame: unknown) =>
      JSON.stringify(Object.entries(JSON.parse(JSON.stringify(frame)) ?? {}).sort());
    expect(sorted(first)).toBe(sorted(second));
    expect(idsOf(first, second)).toEqual([0, 0]);
  });
});

describe('internFrames gives two ids', () => {
  const keys = Object.keys(NATIVE) as (keyof Frame)[];

  test.each(keys)('to frames that differ in `%s` only', (key) => {
    const changed = { number: 9, boolean: false, string: 'other' }[typeof NATIVE[key] as 'number'];
    expect(idsOf(NATIVE, { ...NATIVE, [key]: changed })).toEqual([0, 1]);
  });

  test.each(keys)('to a frame with and one without `%s`', (key) => {
    expect(idsOf(NATIVE, without(key))).toEqual([0, 1]);
    expect(idsOf(without(key), NATIVE)).toEqual([0, 1]);
  });

  test.each<[string, unknown, unknown]>([
    ['in_app missing and false', without('in_app'), { ...NATIVE, in_app: false }],
    ['a number and its text', NATIVE, { ...NATIVE, lineno: '1' }],
    ['a boolean and its text', NATIVE, { ...NATIVE, in_app: 'true' }],
    ['fractions', { ...NATIVE, lineno: 1.25 }, { ...NATIVE, lineno: 1.5 }],
    ['lines that are equal modulo 2 ** 32', NATIVE, { ...NATIVE, lineno: 2 ** 32 + 1 }],
    ['a lone surrogate and the text of its escape', { function: '\ud800' }, { function: '\\ud800' }],
    ['an unknown key', NATIVE, { ...NATIVE, data: 1 }],
    ['an unknown key instead of a known one', NATIVE, { ...without('module'), data: 'main' }],
    ['nested data', { ...NATIVE, data: { a: [1] } }, { ...NATIVE, data: { a: [2] } }],
    ['its toJSON', NATIVE, { ...NATIVE, toJSON: () => 'frame' }],
    ['a toJSON that is hidden', NATIVE, hidden({ ...NATIVE }, 'toJSON', () => 'frame')],
    ['a toJSON with another result', { toJSON: () => 'a' }, { toJSON: () => 'b' }],
    ['an inherited member', NATIVE, Object.create(NATIVE)],
  ])('to frames that differ in: %s', (_, first, second) => {
    expect(JSON.stringify(first)).not.toBe(JSON.stringify(second));
    expect(idsOf(first, second)).toEqual([0, 1]);
    expect(idsOf(second, first)).toEqual([0, 1]);
  });
});

describe('internFrames', () => {
  test.each<[string, unknown]>([
    ['a symbol', Symbol('line')],
    ['an object', { a: 1 }],
    ['an object without a primitive', Object.create(null)],
  ])('takes %s for a line, as JSON does', (_, lineno) => {
    expect(idsOf({ lineno }, { lineno })).toEqual([0, 0]);
  });

  test('keeps the first frame of each value', () => {
    const first = { ...NATIVE };
    const { table } = intern([first, { ...NATIVE }, { ...NATIVE, lineno: 2 }]);
    expect(table.kept[0]).toBe(first);
    expect(table.kept).toHaveLength(2);
  });

  test('numbers native and other frames alike, as they come', () => {
    const other = { ...NATIVE, data: 1 };
    expect(idsOf(other, NATIVE, { ...other }, { ...NATIVE }, { ...NATIVE, lineno: 9 })).toEqual([
      0, 1, 0, 1, 2,
    ]);
  });

  test.each<[string, Frame]>([
    ['native', NATIVE],
    ['other', { ...NATIVE, data: 'é' } as Frame],
  ])('counts the bytes of known frames and their commas: %s', (_, frame) => {
    const { table } = intern(Array.from({ length: 4 }, () => ({ ...frame })));
    expect(savedFrameBytes(table)).toBe(3 * (jsonBytes(frame) + 1));
  });

  test('writes the ids of a stretch where they belong, and knows those of the stretch before', () => {
    const frames = [NATIVE, { ...NATIVE, lineno: 2 }, { ...NATIVE, lineno: 3 }, { ...NATIVE, lineno: 2 }];
    const table = createFrameTable();
    const ids = new Uint16Array(4).fill(99);
    internFrames(table, frames, ids, 0, 2);
    expect([...ids]).toEqual([0, 1, 99, 99]);
    internFrames(table, frames, ids, 2, 4);
    expect([...ids]).toEqual([0, 1, 2, 1]);
  });

  test.each([1000, 200_000])('reads a frame a bounded number of times though all %i collide', (count) => {
    const limit = count * (4 * MAX_CHAIN);
    const reads = readsToIntern(count, (i) => ({ lineno: i, colno: -31 * i }), limit);
    expect(reads).toBeGreaterThan(count * 10);
    expect(reads).toBeLessThanOrEqual(limit);
  });

  test.each([1000, 200_000])('reads a frame a few times if they do not collide, of %i frames', (count) => {
    const limit = count * 10;
    expect(readsToIntern(count, (i) => ({ lineno: i >>> 6, colno: i & 63 }), limit)).toBeLessThanOrEqual(
      limit,
    );
  });
});

/** How often lines are read when these many distinct frames are interned. Throws past the limit: it might take hours. */
function readsToIntern(
  count: number,
  place: (index: number) => { lineno: number; colno: number },
  limit: number,
) {
  let reads = 0;
  const frames = Array.from({ length: count }, (_, i) => {
    const { lineno, colno } = place(i);
    return {
      get lineno() {
        if (++reads > limit) throw new Error(`more than ${limit} reads for ${i} frames`);
        return lineno;
      },
      colno,
      function: 'same',
    };
  });
  expect(intern(frames).table.kept).toHaveLength(count);
  return reads;
}
