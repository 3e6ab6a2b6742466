import { type Payload, profileChunk, profiledTransaction } from '../support/envelopes.ts';
import { profileIn } from './delivered.ts';

const STACKS = { leaf: 0, root: 1, idle: 2 };

/** A sample: `leaf` ran, called by `root`, or `root` alone, or nothing. */
export type ExampleSample = readonly [tick: number, stack: keyof typeof STACKS, thread?: string];

/** A binary fraction of a second: nothing of it is lost when the library makes nanoseconds of seconds. */
export const TICK_NS = 1e9 / 64;

/** When a chunk is at its tick 0. */
export const CHUNK_START_SECONDS = 1;

export function chunkOf(...samples: ExampleSample[]): Payload {
  const timeOf = (timeNs: number) => ({ timestamp: CHUNK_START_SECONDS + timeNs / 1e9 });
  return profileIn(profileChunk({ profile: listsOf(samples, timeOf) }));
}

export function transactionOf(...samples: ExampleSample[]): Payload {
  const timeOf = (timeNs: number) => ({ elapsed_since_start_ns: String(timeNs) });
  return profileIn(profiledTransaction({ profile: listsOf(samples, timeOf) }));
}

function listsOf(samples: readonly ExampleSample[], timeOf: (timeNs: number) => object): Payload {
  return {
    samples: samples.map(([tick, stack, thread = '0']) => ({
      stack_id: STACKS[stack],
      thread_id: thread,
      ...timeOf(tick * TICK_NS),
    })),
    stacks: [[0, 1], [1], []],
    frames: ['leaf', 'root'].map((name) => ({ function: name, in_app: true })),
  };
}
