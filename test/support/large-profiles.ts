import { randomBytes } from 'node:crypto';
import type { Frame, Sample, SampledProfile } from '../../src/profile/types.ts';

export type LargeLists = SampledProfile & { thread_metadata: Record<string, { name: string }> };

/** Where the native profiler cuts stacks off. */
const STACK_DEPTH = 128;
/** At the bottom of every stack, as in a real service. */
const SHARED_FRAMES = 16;
/** Random bytes of one name, which base64 makes a third longer. */
const NAME_BYTES = 75;
/** Length of one more frame in the JSON, with its number in a stack. */
const FRAME_BYTES = 218;
/** Two threads at the native profiler's 99 Hz. */
const TICK_NS = 5_050_505;
const START_SECONDS = 1_793_534_400;

/**
 * A profile of about so many bytes of JSON that nothing makes small: of functions with random names, two fifths of the
 * bytes are left after compression. At 60 MB it is shorter than the 30 s that Relay takes.
 */
export function randomNames(jsonBytes: number, format: 'transaction' | 'chunk'): LargeLists {
  const ownFrames = STACK_DEPTH - SHARED_FRAMES;
  const stackCount = Math.round(jsonBytes / FRAME_BYTES / ownFrames);
  const names = randomBytes((SHARED_FRAMES + stackCount * ownFrames) * NAME_BYTES);
  const frames: Frame[] = [];
  const addFrames = (count: number): number[] =>
    Array.from({ length: count }, () => frames.push(frameOf(names, frames.length)) - 1);
  const shared = addFrames(SHARED_FRAMES);
  const stacks: number[][] = [[]];
  const stackIds: number[] = [];
  for (let i = 0; i < stackCount; i++) {
    stacks.push([...addFrames(ownFrames), ...shared]);
    // The other thread idles, or comes back to where it was.
    stackIds.push(stacks.length - 1, i % 5);
  }
  stackIds.push(1);
  const samples = stackIds.map((stackId, i) => sampleOf(stackId, i, format));
  return { samples, stacks, frames, thread_metadata: { 0: { name: 'main' }, 1: { name: 'worker' } } };
}

function frameOf(names: Buffer, index: number): Frame {
  return {
    lineno: 1 + ((index * 7) % 900),
    colno: 1 + (index % 80),
    in_app: index % 3 === 0,
    function: names.toString('base64', index * NAME_BYTES, (index + 1) * NAME_BYTES),
    abs_path: `/srv/app/routes/${index % 40}.js`,
    module: `routes:${index % 40}`,
  };
}

function sampleOf(stackId: number, index: number, format: 'transaction' | 'chunk'): Sample {
  const sample = { stack_id: stackId, thread_id: String(index % 2) };
  return format === 'chunk'
    ? { ...sample, timestamp: START_SECONDS + (index * TICK_NS) / 1e9 }
    : { ...sample, elapsed_since_start_ns: String((index + 1) * TICK_NS) };
}
