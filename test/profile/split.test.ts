import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runToEnd, UNPACED } from '../../src/pace/pace.ts';
import { compact } from '../../src/profile/compact.ts';
import { readColumns } from '../../src/profile/sample-columns.ts';
import { cutStretch, stretchOf, timelineOf } from '../../src/profile/split.ts';
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
  const { profile } = runToEnd(compact(chunk, UNPACED));
  const columns = runToEnd(readColumns(profile, UNPACED));
  const timeline = timelineOf(columns);
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [i, i + 1].map((bound) => Math.round((bound * columns.length) / count));
    const stretch = stretchOf(timeline, start as number, end as number);
    const { profile: part } = runToEnd(cutStretch(profile, columns, stretch, UNPACED));
    const samples = Array.from({ length: part.profile.samples.length }, (_, i) => part.profile.samples.at(i));
    return JSON.parse(JSON.stringify({ ...part, profile: { ...part.profile, samples } }));
  });
}

const inOrder = (samples: ResolvedSample[]): string[] =>
  samples.map((sample) => JSON.stringify(sample)).sort();

/** All samples of the parts of a chunk: its own, and at each cut the last one of each thread again, with the time of its end. */
function samplesOfParts(chunk: Profile, count: number): ResolvedSample[] {
  const columns = runToEnd(readColumns(runToEnd(compact(chunk, UNPACED)).profile, UNPACED));
  const { order } = timelineOf(columns);
  const samples = Array.from(order, (i) => resolveSamples(chunk)[i] as ResolvedSample);
  const cuts = Array.from({ length: count }, (_, i) => Math.round((i * samples.length) / count));
  const repeats = cuts.flatMap((start, i) => {
    const end = cuts[i + 1] ?? samples.length;
    const lasts = new Map(samples.slice(start, end).map((sample) => [sample.thread, sample]));
    return [...lasts.values()].flatMap((last) => {
      const next = samples.slice(end).find(({ thread }) => thread === last.thread);
      return next === undefined ? [] : [{ ...last, time: next.time }];
    });
  });
  return [...samples, ...repeats];
}

test('every sample is in one part, as it was, and the last of each thread stands there until its next one', () => {
  fc.assert(
    fc.property(jsonProfile, fc.integer({ min: 1, max: 8 }), (chunk, most) => {
      const count = Math.min(most, chunk.profile.samples.length);
      fc.pre(count > 0);
      const parts = splitInto(chunk, count);
      expect(parts).toHaveLength(count);
      expect(inOrder(parts.flatMap(resolveSamples))).toEqual(inOrder(samplesOfParts(chunk, count)));
    }),
  );
});

test('no part lists a stack or a frame that it does not use', () => {
  fc.assert(
    fc.property(jsonProfile, fc.integer({ min: 1, max: 8 }), (chunk, most) => {
      const count = Math.min(most, chunk.profile.samples.length);
      fc.pre(count > 0);
      for (const { profile } of splitInto(chunk, count)) {
        expect(new Set(profile.samples.map((sample: AnyProfile) => sample.stack_id)).size).toBe(
          profile.stacks.length,
        );
        expect(new Set(profile.stacks.flat()).size).toBe(profile.frames.length);
      }
    }),
  );
});

/** How long each thread spends with these frames: a sample stands until the next one of its thread. */
function timeByStack(profiles: Profile[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const samples of profiles.map(resolveSamples)) {
    for (const [i, { thread, time, frames }] of samples.entries()) {
      const next = samples.slice(i + 1).find((sample) => sample.thread === thread);
      if (next === undefined) continue;
      const key = JSON.stringify([thread, frames]);
      times.set(key, (times.get(key) ?? 0) + Number(next.time) - Number(time));
    }
  }
  return times;
}

test('no time is lost at a cut', () => {
  const chunk = realisticProfile({ samples: 400 });
  for (const [i, sample] of chunk.profile.samples.entries()) sample.thread_id = String(i % 7 === 0 ? 1 : 0);
  const whole = timeByStack([chunk]);
  const parts = timeByStack(splitInto(chunk, 9));
  expect([...parts.keys()].sort()).toEqual([...whole.keys()].sort());
  for (const [stack, seconds] of whole) expect(parts.get(stack)).toBeCloseTo(seconds, 5);
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
  const { profile } = runToEnd(compact(realisticProfile({ samples: 20_000 }), UNPACED));
  const counter = { count: 0 };
  const { value: columns, pauses } = runCounting(readColumns(profile, ALWAYS_OVER), counter);
  expect(pauses).toBeGreaterThan(100);
  const stretch = stretchOf(timelineOf(columns), 0, columns.length);
  expect(runCounting(cutStretch(profile, columns, stretch, ALWAYS_OVER), counter).pauses).toBeGreaterThan(
    100,
  );
});
