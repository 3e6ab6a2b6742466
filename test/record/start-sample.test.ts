import { expect, test } from 'vitest';
import { findStartSample, firstSample, isWithin } from '../../src/record/start-sample.ts';
import { untouched, work } from '../support/native-profiler.ts';
import { rawProfile } from '../support/raw-profiles.ts';

test('the first sample is the first in time, wherever it is listed', () => {
  const profile = rawProfile([
    [0.6, 'start'],
    [0.2, 'tick'],
    [10, 'tick'],
  ]);
  expect(firstSample(profile)).toEqual({ index: 1, elapsedMs: 0.2 });
});

const OWN = { index: 0, elapsedMs: 0.3 };

test('the sample of another start is found by its time and by the function that starts them', () => {
  const profile = rawProfile([
    [0.3, 'start', 'one caller'],
    [50, 'tick'],
    [60, 'start', 'another caller'],
    [60.1, 'tick'],
    [70, 'tick'],
  ]);
  expect(findStartSample(profile, OWN, 59.8, 60.2)).toEqual({ index: 2, elapsedMs: 60 });
});

test('a tick in that time that is of another function is none', () => {
  const profile = rawProfile([
    [0.3, 'start'],
    [60, 'tick'],
  ]);
  expect(findStartSample(profile, OWN, 59.8, 60.2)).toBeUndefined();
});

test('a start at another time is another start', () => {
  const profile = rawProfile([
    [0.3, 'start'],
    [50, 'start'],
  ]);
  expect(findStartSample(profile, OWN, 59.8, 60.2)).toBeUndefined();
});

test('the clock around a native call may be off by half a millisecond, not more', () => {
  expect([9.4, 9.5, 10, 11, 11.5, 11.6].map((elapsedMs) => isWithin(elapsedMs, 10, 11))).toEqual([
    false,
    true,
    true,
    true,
    true,
    false,
  ]);
});

/** In a function of its own, as the recorder's starts are. */
function startNow(title: string): { fromMs: number; untilMs: number } {
  const fromMs = performance.now();
  untouched.start(title);
  return { fromMs, untilMs: performance.now() };
}

test('V8 takes a sample of each start in every profile that runs', () => {
  const first = startNow('first');
  work(60);
  const second = startNow('second');
  work(60);
  const [one, other] = ['first', 'second'].map((title) => untouched.stop(title));
  if (!one || !other) throw new Error('Expected two profiles');
  const own = firstSample(one);
  expect(isWithin(own.elapsedMs, 0, first.untilMs - first.fromMs)).toBe(true);
  const startMs = first.fromMs;
  const found = findStartSample(one, own, second.fromMs - startMs, second.untilMs - startMs);
  expect(found).toBeDefined();
  expect(found?.index).not.toBe(own.index);
  expect(isWithin(firstSample(other).elapsedMs, 0, second.untilMs - second.fromMs)).toBe(true);
});
