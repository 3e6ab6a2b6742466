import { examplePayload, type Format } from '../fuzz/base-profiles.ts';
import { nest } from '../support/json-values.ts';
import type { AnyProfile } from '../support/profiles.ts';

const MEGA = 1_000_000;

/** V8 hashes texts of this length by nothing else. */
const LONG_NAME_UNITS = 17_000;

/** The parts of a payload beside the example's metadata. */
interface Parts {
  readonly format?: Format;
  readonly samples?: unknown[];
  readonly stacks?: unknown[];
  readonly frames?: unknown[];
  readonly threads?: object;
  readonly metadata?: object;
}

type Build = () => AnyProfile;

interface SoundShape {
  readonly build: Build;
  /** Old generation that its process may have: some 130 MiB for loaded code, and twice the memory of the profile. */
  readonly heapMiB: number;
}

const list = <T>(length: number, memberAt: (index: number) => T): T[] =>
  Array.from({ length }, (_, i) => memberAt(i));

/** So close that a million of them are no longer than Relay allows. */
const SAMPLES_PER_SECOND = 20_000;

const sampleAt = (stackId: number, index = stackId, threadId = '0'): object => ({
  stack_id: stackId,
  thread_id: threadId,
  timestamp: 1_793_534_400 + index / SAMPLES_PER_SECOND,
});
const frameAt = (index: number): object => ({
  function: `function${index}`,
  lineno: 1 + (index % 5000),
  colno: 1,
});
const sparse = (): unknown[] => Object.assign([], { length: 2 ** 32 - 1 });

function payload({ format = 'v2', samples, stacks, frames, threads, metadata }: Parts): AnyProfile {
  const profile = {
    samples: samples ?? [sampleAt(0)],
    stacks: stacks ?? [[0]],
    frames: frames ?? [frameAt(0)],
    thread_metadata: threads ?? {},
  };
  return { ...examplePayload(format), ...metadata, profile };
}

const sound = (heapMiB: number, build: () => Parts): SoundShape => ({
  build: () => payload(build()),
  heapMiB,
});
const broken =
  (build: () => Parts): Build =>
  () =>
    payload(build());

/** Profiles of sizes that no profiler makes, but that are whole. */
export const SOUND_SHAPES: Readonly<Record<string, SoundShape>> = {
  'a million frames that all differ': sound(500, () => ({
    frames: list(MEGA, frameAt),
    stacks: list(1000, (stack) => list(1000, (entry) => stack * 1000 + entry)),
    samples: list(1000, (index) => sampleAt(index)),
  })),
  'a stack 100,000 deep': sound(220, () => ({
    frames: list(1000, frameAt),
    stacks: [list(100_000, (entry) => entry % 1000)],
  })),
  'a thousand stacks 10,000 deep': sound(350, () => ({
    frames: list(1000, frameAt),
    stacks: list(1000, (stack) => list(10_000, (entry) => (stack * entry) % 1000)),
    samples: list(1000, (index) => sampleAt(index)),
  })),
  'a frame with 10 MB of text': sound(220, () => ({
    frames: [{ ...frameAt(0), function: 'f'.repeat(10 * MEGA) }],
  })),
  '10 MB of text in the metadata': sound(220, () => ({ metadata: { release: '\u20ac'.repeat(10 * MEGA) } })),
  'a million samples on one stack': sound(350, () => ({
    samples: list(MEGA, (index) => sampleAt(0, index)),
  })),
  "a million samples of a transaction's profile": sound(400, () => ({
    format: 'v1',
    frames: list(100, frameAt),
    stacks: list(100, (index) => [index]),
    // Within the 30 s that Relay allows.
    samples: list(MEGA, (index) => ({
      stack_id: index % 100,
      thread_id: '0',
      elapsed_since_start_ns: String(index * 29_000),
    })),
  })),
  'a hundred thousand threads': sound(260, () => ({
    samples: list(200_000, (index) => sampleAt(0, index, String(index >> 1))),
    threads: Object.fromEntries(list(100_000, (thread) => [thread, { name: `thread ${thread}` }])),
  })),
  '8,000 names that differ at their ends': sound(400, () => ({
    frames: list(8000, (index) => ({
      function: Buffer.from('n'.repeat(LONG_NAME_UNITS) + index).toString('latin1'),
    })),
    stacks: [list(8000, (index) => index)],
  })),
};

/** Profiles that say they are larger than anything can be. */
export const BROKEN_SHAPES: Readonly<Record<string, Build>> = {
  'metadata nested 100,000 deep': broken(() => ({ metadata: { options: nest(0, 100_000) } })),
  'a frame nested 100,000 deep': broken(() => ({ frames: [{ data: nest(0, 100_000) }] })),
  'metadata with a sparse list': broken(() => ({ metadata: { options: sparse() } })),
  'a sparse list of samples': broken(() => ({ samples: sparse() })),
  'a sparse list of stacks': broken(() => ({ stacks: Object.assign(sparse(), [[0]]) })),
  'a sparse list of frames': broken(() => ({ frames: Object.assign(sparse(), [frameAt(0)]) })),
  'a sparse stack': broken(() => ({ stacks: [Object.assign(sparse(), [0])] })),
};
