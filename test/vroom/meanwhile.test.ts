import { expect, test } from 'vitest';
import { CHUNK_START_SECONDS, chunkOf, transactionOf } from './examples.ts';
import { recordedMeanwhile, withoutStarts } from './meanwhile.ts';
import { expectSameTimes, selfAndTotalTimes } from './times.ts';

const RECORDING = {
  startedAtMs: CHUNK_START_SECONDS * 1e3,
  profile: transactionOf([0, 'root'], [1, 'leaf'], [2, 'root'], [3, 'leaf'], [7, 'root'], [9, 'leaf'])
    .profile,
};

test.each([
  ['from its first to its last sample', chunkOf([1, 'leaf'], [2, 'root'], [2.5, 'root']), 0],
  ['but where it is idle', chunkOf([1, 'leaf'], [2, 'root'], [2.5, 'idle'], [7, 'root'], [9, 'leaf']), 0],
  ['though its clock is behind', chunkOf([1, 'leaf'], [2, 'root'], [3, 'leaf'], [7, 'root']), 20],
])('recordedMeanwhile has what was recorded during a chunk, %s', (_, chunk, behindMs) => {
  const recording = { ...RECORDING, startedAtMs: RECORDING.startedAtMs + behindMs };
  const recorded = recordedMeanwhile(chunk, recording);
  expectSameTimes(selfAndTotalTimes(recorded), selfAndTotalTimes(chunk));
});

test('withoutStarts removes the samples whose leaf calls the native start', () => {
  const chunk = chunkOf([0, 'root'], [1, 'leaf'], [2, 'root']);
  chunk.profile.frames[0].function = 'Bindings.startProfiling';
  expect(withoutStarts(chunk).profile.samples).toEqual([chunk.profile.samples[0], chunk.profile.samples[2]]);
});
