import { describe, expect, test } from 'vitest';
import type { Payload } from '../support/envelopes.ts';
import { chunkOf, type ExampleSample, TICK_NS, transactionOf } from './examples.ts';
import { expectSameTimes, selfAndTotalTimes } from './times.ts';

/** The times of `leaf` and `root` in ticks. */
function ticksIn(...payloads: Payload[]): object {
  return Object.fromEntries(
    [...selfAndTotalTimes(...payloads)].map(([name, { selfNs, totalNs }]) => [
      name,
      { self: selfNs / TICK_NS, total: totalNs / TICK_NS },
    ]),
  );
}

describe.each([
  { format: 'transaction', payloadOf: transactionOf },
  { format: 'chunk', payloadOf: chunkOf },
])('samples of a $format', ({ payloadOf }) => {
  test('count until the next one, the last for nothing', () => {
    expect(ticksIn(payloadOf([0, 'leaf'], [1, 'root'], [4, 'leaf']))).toEqual({
      leaf: { self: 1, total: 1 },
      root: { self: 3, total: 4 },
    });
  });

  test('count for a function that only one of them shows', () => {
    expect(ticksIn(payloadOf([0, 'root'], [2, 'idle']))).toEqual({ root: { self: 2, total: 2 } });
  });
});

test('an idle sample of a chunk is nobody’s time', () => {
  expect(ticksIn(chunkOf([0, 'leaf'], [1, 'idle'], [9, 'root'], [11, 'root']))).toEqual({
    leaf: { self: 1, total: 1 },
    root: { self: 2, total: 3 },
  });
});

test('an idle sample of a transaction is the time of what its neighbours have in common', () => {
  expect(ticksIn(transactionOf([0, 'leaf'], [1, 'idle'], [9, 'root'], [11, 'root']))).toEqual({
    leaf: { self: 1, total: 1 },
    root: { self: 10, total: 11 },
  });
});

test('a transaction has the time of its active thread only, a chunk that of all', () => {
  const samples: ExampleSample[] = [
    [0, 'leaf'],
    [0, 'root', '1'],
    [1, 'leaf'],
    [5, 'root', '1'],
  ];
  expect(ticksIn(transactionOf(...samples))).toEqual({
    leaf: { self: 1, total: 1 },
    root: { self: 0, total: 1 },
  });
  expect(ticksIn(chunkOf(...samples))).toEqual({ leaf: { self: 1, total: 1 }, root: { self: 5, total: 6 } });
});

test('two chunks have the time of one if the first ends with the sample that the second begins with', () => {
  const [first, seam, last] = [[0, 'leaf'] as const, [2, 'root'] as const, [3, 'leaf'] as const];
  const whole = ticksIn(chunkOf(first, seam, last));
  expect(ticksIn(chunkOf(first, seam), chunkOf(seam, last))).toEqual(whole);
  expect(ticksIn(chunkOf(first), chunkOf(seam, last))).not.toEqual(whole);
});

test('expectSameTimes fails where times differ by more than the tolerance', () => {
  const leafFor = (ticks: number) => selfAndTotalTimes(chunkOf([0, 'leaf'], [ticks, 'leaf']));
  expectSameTimes(leafFor(2), leafFor(3), TICK_NS);
  expect(() => expectSameTimes(leafFor(2), leafFor(3), TICK_NS - 1)).toThrow('2 functions differ');
});

describe.each([
  { format: 'transaction', payloadOf: transactionOf },
  { format: 'chunk', payloadOf: chunkOf },
])('a $format is refused', ({ payloadOf }) => {
  test.each<[what: string, breakIt: (payload: Payload) => void, error: string]>([
    [
      'without an id',
      (payload) => Object.assign(payload, { event_id: null, chunk_id: null }),
      'invalid type',
    ],
    ['without frames', ({ profile }) => delete profile.frames, 'missing field `frames`'],
    ['with a stack that is not there', ({ profile }) => (profile.samples[0].stack_id = 3), ''],
    ['with a frame that is not there', ({ profile }) => (profile.stacks[0] = [2]), 'invalid frame id'],
    ['with half a line number', ({ profile }) => (profile.frames[0].lineno = 0.5), 'invalid type'],
  ])('%s', (_, breakIt, error) => {
    const payload = payloadOf([0, 'leaf'], [1, 'root'], [2, 'root']);
    breakIt(payload);
    expect(() => selfAndTotalTimes(payload)).toThrow(`Sentry refuses it: ${error}`);
  });
});
