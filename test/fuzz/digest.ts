import { crc32 } from 'node:zlib';
import type { Profile } from '../../src/profile/types.ts';

/**
 * A digest of all samples: the sum of a hash of each one's time, thread and list of frames. However the tables are
 * numbered, and whatever the samples are spread over, it stays the same. To write each sample's frames out takes more than
 * there is, where stacks are this deep.
 */
export function digestOf({ profile: { samples, stacks, frames } }: Profile): number {
  const frameHashes = frames.map((frame) => crc32(JSON.stringify(frame)));
  const stackHashes = stacks.map((stack) => {
    let hash = stack.length;
    for (const frame of stack) hash = (Math.imul(hash, 31) + (frameHashes[frame] as number)) | 0;
    return hash;
  });
  let sum = 0;
  for (const { stack_id, thread_id, timestamp, elapsed_since_start_ns } of samples) {
    const time = elapsed_since_start_ns ?? timestamp;
    sum += crc32(`${thread_id} ${time} ${stackHashes[stack_id]}`);
  }
  return sum;
}
