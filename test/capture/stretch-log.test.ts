import { beforeEach, expect, test, vi } from 'vitest';
import { StretchLog } from '../../src/capture/stretch-log.ts';

const START_MS = 1_793_534_400_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: START_MS });
  return () => vi.useRealTimers();
});

/** A log of so many stretches, each of a second, with a second before each. Stretch `i` begins at second 2i + 1. */
function logOf(count: number): StretchLog {
  const log = new StretchLog();
  for (let i = 0; i < count; i++) {
    vi.advanceTimersByTime(1000);
    log.start(i);
    vi.advanceTimersByTime(1000);
    log.end();
  }
  return log;
}

const secondsAt = (second: number): number => START_MS / 1000 + second;

test.each([10, 1001, 1500])('of %d stretches, the last one in a time is the last of all in it', (count) => {
  const log = logOf(count);
  for (const [from, until] of [
    [0.2, 0.8],
    [1.2, 5.5],
    [count - 0.5, count + 4],
    [2 * count - 0.5, 2 * count + 1],
    [2 * count + 1, 2 * count + 2],
  ] as const) {
    const times = [secondsAt(from), secondsAt(until)] as const;
    expect(log.lastDuring(...times)).toBe(log.during(...times).at(-1));
  }
});

test('a span of the moment is looked up without a look at all that was before', () => {
  const log = logOf(1000);
  const [first] = log.during(secondsAt(1.2), secondsAt(1.8));
  const read = vi.fn();
  Object.defineProperty(first, 'from', { get: read });
  expect(log.lastDuring(secondsAt(1999.2), secondsAt(1999.8))).toMatchObject({ profilerId: 999 });
  expect(read).not.toHaveBeenCalled();
});
