import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runToEnd, UNPACED } from '../../src/pace.ts';
import { compactSteps } from '../../src/profile/compact.ts';
import { readColumns } from '../../src/profile/sample-columns.ts';
import { cutSteps, sliceTimeline, timelineOf } from '../../src/profile/split.ts';
import type { Profile } from '../../src/profile/types.ts';
import {
  type AnyProfile,
  jsonProfile,
  type ResolvedSample,
  realisticProfile,
  resolveSamples,
} from '../support/profiles.ts';
import { ALWAYS_OVER, runCounting } from '../support/steps.ts';

/** The chunk cut into as many parts, as the server reads them. */
function splitInto(chunk: Profile, count: number): AnyProfile[] {
  const { profile } = runToEnd(compactSteps(chunk, UNPACED));
  const columns = runToEnd(readColumns(profile, UNPACED));
  const timeline = timelineOf(columns);
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [i, i + 1].map((bound) => Math.round((bound * columns.length) / count));
    const slice = sliceTimeline(timeline, start as number, end as number);
    const { profile: part } = runToEnd(cutSteps(profile, columns, slice, UNPACED));
    const samples = Array.from({ length: part.profile.samples.length }, (_, i) => part.profile.samples.at(i));
    return JSON.parse(JSON.stringify({ ...part, profile: { ...part.profile, samples } }));
  });
}

const inOrder = (samples: ResolvedSample[]): string[] =>
  samples.map((sample) => JSON.stringify(sample)).sort();

test('every sample is in one part, with its time, thread and frames, and no part lists what it does not use', () => {
  fc.assert(
    fc.property(jsonProfile, fc.integer({ min: 1, max: 8 }), (chunk, most) => {
      const count = Math.min(most, chunk.profile.samples.length);
      fc.pre(count > 0);
      const parts = splitInto(chunk, count);
      expect(parts).toHaveLength(count);
      expect(inOrder(parts.flatMap(resolveSamples))).toEqual(inOrder(resolveSamples(chunk)));
      for (const { profile } of parts) {
        expect(new Set(profile.samples.map((sample: AnyProfile) => sample.stack_id)).size).toBe(
          profile.stacks.length,
        );
        expect(new Set(profile.stacks.flat()).size).toBe(profile.frames.length);
      }
    }),
  );
});

test('parts follow each other in time, though the samples did not', () => {
  const chunk = realisticProfile({ samples: 1000 });
  chunk.profile.samples.reverse();
  const parts = splitInto(chunk, 7);
  const times = parts.map(({ profile }) => profile.samples.map((sample: AnyProfile) => sample.timestamp));
  expect(times.flat()).toEqual(times.flat().sort((a, b) => a - b));
});

test('each value that was measured goes to the part of its time, and metadata to where its thread is', () => {
  const chunk = {
    chunk_id: 'a'.repeat(32),
    profiler_id: 'b'.repeat(32),
    release: 'app@1',
    measurements: {
      cpu_usage: {
        unit: 'percent',
        values: [0, 1, 2, 3, 4, 5].map((timestamp) => ({ timestamp, value: 7 })),
      },
      early: { unit: 'byte', values: [{ timestamp: 0, value: 1 }] },
      without_time: { unit: 'byte', values: [{ value: 1 }] },
      empty: { unit: 'byte', values: [] },
      odd: 'text',
    },
    profile: {
      samples: [1, 2, 3, 4].map((timestamp) => ({
        stack_id: 0,
        thread_id: timestamp < 3 ? '0' : '1',
        timestamp,
      })),
      stacks: [[0]],
      frames: [{ function: 'f' }],
      thread_metadata: { '0': { name: 'main' }, '1': { name: 'worker' }, '2': { name: 'idle' } },
    },
  };
  const [first, second] = splitInto(chunk as unknown as Profile, 2);
  expect(first).toMatchObject({ chunk_id: 'a'.repeat(32), release: 'app@1', profiler_id: 'b'.repeat(32) });
  expect(second).toMatchObject({ release: 'app@1', profiler_id: 'b'.repeat(32) });
  expect(second.chunk_id).toMatch(/^[0-9a-f]{32}$/);
  expect(second.chunk_id).not.toBe(first.chunk_id);
  const times = (part: AnyProfile): number[] =>
    part.measurements.cpu_usage.values.map(({ timestamp }: AnyProfile) => timestamp);
  expect([times(first), times(second)]).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  expect(Object.keys(first.measurements)).toEqual(Object.keys(chunk.measurements));
  expect(Object.keys(second.measurements)).toEqual(['cpu_usage']);
  expect(first.profile.thread_metadata).toEqual({ '0': { name: 'main' }, '2': { name: 'idle' } });
  expect(second.profile.thread_metadata).toEqual({ '1': { name: 'worker' } });
});

test('a large chunk is cut in stretches', () => {
  const { profile } = runToEnd(compactSteps(realisticProfile({ samples: 20_000 }), UNPACED));
  const counter = { count: 0 };
  const { value: columns, pauses } = runCounting(readColumns(profile, ALWAYS_OVER), counter);
  expect(pauses).toBeGreaterThan(100);
  const slice = sliceTimeline(timelineOf(columns), 0, columns.length);
  expect(runCounting(cutSteps(profile, columns, slice, ALWAYS_OVER), counter).pauses).toBeGreaterThan(100);
});
