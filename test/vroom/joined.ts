import type { RecordedLists } from '../support/type-checking.ts';

const PAUSE_SECONDS = 5;

/** A chunk as two with nothing recorded between them: the first ends with an idle sample, at the time of its last one. */
export function joined(chunk: RecordedLists): RecordedLists {
  const { samples, stacks } = chunk;
  const middle = Math.floor(samples.length / 2);
  const idle = { ...samples[middle - 1], stack_id: stacks.length } as (typeof samples)[number];
  const later = samples.slice(middle).map(({ timestamp = 0, ...sample }) => ({
    ...sample,
    timestamp: timestamp + PAUSE_SECONDS,
  }));
  return { ...chunk, stacks: [...stacks, []], samples: [...samples.slice(0, middle), idle, ...later] };
}
