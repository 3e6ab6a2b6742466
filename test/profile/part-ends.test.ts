import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runToEnd, UNPACED } from '../../src/pace/pace.ts';
import { compact } from '../../src/profile/compact.ts';
import { PartEnds } from '../../src/profile/part-ends.ts';
import { readColumns } from '../../src/profile/sample-columns.ts';
import { timelineOf } from '../../src/profile/split.ts';
import type { Profile } from '../../src/profile/types.ts';

/** Ends for a chunk of one thread, in which `true` stands for a sample with frames. */
function endsOf(samples: readonly boolean[]): PartEnds {
  const profile: Profile = {
    profile: {
      samples: samples.map((isBusy, i) => ({ stack_id: Number(isBusy), thread_id: '0', timestamp: i })),
      stacks: [[], [0]],
      frames: [{ function: 'a' }],
    },
  };
  const chunk = runToEnd(compact(profile, UNPACED)).profile;
  const columns = runToEnd(readColumns(chunk, UNPACED));
  return new PartEnds(timelineOf(columns), chunk);
}

/** The parts that a chunk is cut into when each may have that many samples. */
function partsOf(samples: readonly boolean[], size: number): [start: number, end: number][] {
  const ends = endsOf(samples);
  const parts: [number, number][] = [];
  for (let start = 0; start < samples.length; ) {
    const end = ends.endAfter(start, size);
    parts.push([start, end]);
    start = end;
  }
  return parts;
}

const chunk = fc
  .array(fc.boolean(), { minLength: 2, maxLength: 40 })
  .filter((samples) => samples.filter(Boolean).length >= 2);

test('every part has two samples that are not idle, the repeat of its last one among them', () => {
  fc.assert(
    fc.property(chunk, fc.integer({ min: 1, max: 10 }), (samples, size) => {
      for (const [start, end] of partsOf(samples, size)) {
        const isRepeated = end < samples.length && samples[end - 1];
        const busy = samples.slice(start, end).filter(Boolean).length + Number(isRepeated);
        expect(busy).toBeGreaterThanOrEqual(2);
      }
    }),
  );
});

test('the parts follow each other, from the first sample to the last', () => {
  fc.assert(
    fc.property(chunk, fc.integer({ min: 1, max: 10 }), (samples, size) => {
      const parts = partsOf(samples, size);
      expect(parts.map(([start]) => start)).toEqual([0, ...parts.slice(0, -1).map(([, end]) => end)]);
      expect(parts.at(-1)?.[1]).toBe(samples.length);
      for (const [start, end] of parts) expect(end).toBeGreaterThan(start);
    }),
  );
});
