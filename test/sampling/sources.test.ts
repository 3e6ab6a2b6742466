import { expect, test } from 'vitest';
import { countActiveResources } from '../../src/sampling/active-resources.ts';
import { type ContextsOption, resolveContexts } from '../../src/sampling/contexts.ts';

test('active resources are listed at most once an interval', () => {
  let nowMs = 0;
  const list: string[] = ['Timeout'];
  const count = countActiveResources(
    1000,
    () => list,
    () => nowMs,
  );
  expect(count()).toBe(1);
  list.push('TCPSocketWrap');
  expect(count()).toBe(1);
  nowMs = 1000;
  expect(count()).toBe(2);
});

test('Node counts a timer among the active resources', () => {
  const before = countActiveResources(0)();
  const timer = setTimeout(() => {}, 1000);
  expect(countActiveResources(0)()).toBe(before + 1);
  clearTimeout(timer);
});

const COUNTERS = { rootSpans: () => 3, activeResources: () => 5 };

test.each<[ContextsOption, number]>([
  ['root-spans', 3],
  ['active-resources', 5],
  [() => 7, 7],
])('%s counts as it says', (option, expected) => {
  expect(resolveContexts(option, COUNTERS)()).toBe(expected);
});

test("of a user's counter the last good answer stands", () => {
  const throwing = () => {
    throw new Error('no count');
  };
  const answers: (() => unknown)[] = [throwing, () => 4];
  for (const nonsense of [Number.NaN, -1, Number.POSITIVE_INFINITY, '9', undefined, null, 9n, {}])
    answers.push(() => nonsense);
  answers.push(throwing, () => 0);
  const count = resolveContexts(() => answers.shift()?.() as number, COUNTERS);
  const heard = Array.from({ length: answers.length }, () => count());
  expect(heard).toEqual([0, ...Array.from({ length: heard.length - 2 }, () => 4), 0]);
});

test('an async function of the user is nonsense too, and its rejection is nobody’s', async () => {
  const reject = (async () => {
    throw new Error('no');
  }) as unknown as () => number;
  const count = resolveContexts(reject, { rootSpans: () => 1, activeResources: () => 1 });
  const unhandled: unknown[] = [];
  const hear = (error: unknown): unknown => unhandled.push(error);
  process.on('unhandledRejection', hear);
  expect(count()).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', hear);
  expect(unhandled).toEqual([]);
});
