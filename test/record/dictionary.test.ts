import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Frame } from '../../src/profile/types.ts';
import { Dictionary, NO_STACK, UNNUMBERED } from '../../src/record/dictionary.ts';
import { recordProfile } from '../support/native-profiler.ts';

const PATHS = ['/app/a.js', '/app/b.js', ''];

/** As the native profiler writes them: keys in its order, the path twice. */
const nativeFrame = fc
  .record({
    lineno: fc.integer({ min: 0, max: 2 }),
    colno: fc.integer({ min: 0, max: 1 }),
    isOutside: fc.boolean(),
    name: fc.constantFrom('a', 'b', '', 'ü€😀"'),
    path: fc.constantFrom(...PATHS),
  })
  .map(({ lineno, colno, isOutside, name, path }): Frame => {
    const module = path === '/app/a.js' ? { module: 'a' } : {};
    const inApp = isOutside ? { in_app: false } : {};
    return { lineno, colno, ...inApp, function: name, abs_path: path, filename: path, ...module };
  });

/** Frames as another version of the profiler may write them. */
const oddFrame = fc
  .tuple(
    nativeFrame,
    fc.constantFrom<object>(
      { in_app: true },
      { lineno: 1.5 },
      { lineno: 2 ** 31 },
      { filename: 'other.js' },
      { extra: { deep: [1] } },
      { function: null },
      { platform: 'node' },
      { abs_path: undefined, filename: undefined },
    ),
  )
  .map(([frame, change]) => JSON.parse(JSON.stringify({ ...frame, ...change })) as Frame);

test('frames of the same value have one id, and each is kept as its JSON', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(nativeFrame, oddFrame), { maxLength: 60 }), (frames) => {
      const dictionary = new Dictionary();
      const ids = new Map<string, number>();
      for (const frame of frames) {
        const text = JSON.stringify(frame);
        const id = dictionary.internFrame({ ...frame });
        expect(ids.get(text) ?? id).toBe(id);
        ids.set(text, id);
      }
      expect(new Set(ids.values()).size).toBe(ids.size);
      for (const [text, id] of ids) {
        expect(dictionary.textOf(id).toString()).toBe(text);
        expect(dictionary.textBytesOf(id)).toBe(Buffer.byteLength(text));
      }
    }),
  );
});

test('the script of a frame is known by its path, but for one that has none', () => {
  const dictionary = new Dictionary();
  const frame = (path: string): Frame => ({
    lineno: 1,
    colno: 1,
    function: 'f',
    abs_path: path,
    filename: path,
  });
  const paths = ['/app/a.js', '/app/b.js', ''].map((path) =>
    dictionary.pathOf(dictionary.internFrame(frame(path))),
  );
  expect(paths).toEqual(['/app/a.js', '/app/b.js', undefined]);
  const odd = dictionary.internFrame({ ...frame('/app/a.js'), in_app: true });
  expect(dictionary.pathOf(odd)).toBeUndefined();
});

test('frames that differ in a key that follows from the path only where the profiler is another are told apart', () => {
  const dictionary = new Dictionary();
  const frame: Frame = { lineno: 1, colno: 1, function: 'f', abs_path: '/a.js', filename: '/a.js' };
  const ids = [frame, { ...frame, in_app: false }, { ...frame, in_app: true }, { ...frame, lineno: 2 }].map(
    (one) => dictionary.internFrame(one),
  );
  expect(new Set(ids).size).toBe(4);
});

test('a stack is a path in the tree of calls: equal stacks are one, and what they share is kept once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }), { maxLength: 40 }),
      (stacks) => {
        const dictionary = new Dictionary();
        const intern = (fromRoot: number[]): number =>
          fromRoot.reduce((caller, frame) => dictionary.internStack(caller, frame), NO_STACK);
        const ids = new Map(stacks.map((stack) => [stack.join(), intern(stack)]));
        expect(new Set(ids.values()).size).toBe(ids.size);
        for (const stack of stacks) {
          let id = ids.get(stack.join()) as number;
          expect(intern(stack)).toBe(id);
          const walked: number[] = [];
          for (; id !== NO_STACK; id = dictionary.callerOf(id)) walked.unshift(dictionary.leafOf(id));
          expect(walked).toEqual(stack);
        }
      },
    ),
  );
});

test('its size follows the frames that differ, and stays where nothing new comes', () => {
  const dictionary = new Dictionary();
  const frames = Array.from({ length: 5000 }, (_, i): Frame => {
    const path = `/app/module${i % 100}.js`;
    return { lineno: i, colno: 1, function: `function${i}`, abs_path: path, filename: path };
  });
  const textBytes = frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0);
  const empty = dictionary.bytes;
  for (const frame of frames) dictionary.internFrame(frame);
  const { bytes } = dictionary;
  expect(bytes - empty).toBeGreaterThan(textBytes);
  // A table that doubles is half empty at worst; a name takes 72 bytes besides its text, and a row its share of two tables.
  expect(bytes).toBeLessThan(empty + 2 * textBytes + 5000 * 200);
  for (const frame of frames) dictionary.internFrame({ ...frame });
  expect(dictionary.bytes).toBe(bytes);
});

test('all frames of a real profile are of the kind that is known by value', () => {
  const { frames } = recordProfile(200);
  const dictionary = new Dictionary();
  for (const frame of frames) {
    const id = dictionary.internFrame(frame);
    expect(dictionary.textOf(id).toString()).toBe(JSON.stringify(frame));
    expect(dictionary.pathOf(id)).toBe(frame.abs_path || undefined);
  }
});

test('numbers are lent for all frames and stacks, however differently the two have grown', () => {
  const dictionary = new Dictionary();
  const intern = (name: string): number =>
    dictionary.internFrame({ lineno: 1, colno: 1, function: name, abs_path: '/a.js', filename: '/a.js' });
  const recursive = intern('recursive');
  let stack = NO_STACK;
  for (let depth = 0; depth < 100; depth++) stack = dictionary.internStack(stack, recursive);
  dictionary.takeBack(dictionary.lendNumbering());
  const ids = ['one', 'two', 'three', 'four'].map(intern);
  const { stacks, frames } = dictionary.lendNumbering();
  expect(ids.map((id) => frames[id])).toEqual(ids.map(() => UNNUMBERED));
  expect(stacks[stack]).toBe(UNNUMBERED);
});
