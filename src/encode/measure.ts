import type { Pace } from '../pace/pace.ts';
import { BLOCK_BYTES, BlockWriter, recycleBlock } from './block-writer.ts';
import { encodeJson } from './json.ts';

export interface Measurement {
  /** Exact length of the JSON that {@link encodeJson} will write, in bytes. */
  readonly bytes: number;
  /** The blocks that were written to count them, if they are within the bytes to keep. Then nothing has to be written again. */
  readonly blocks: Uint8Array[] | undefined;
}

/**
 * Counts the bytes that {@link encodeJson} will write by letting it write them. The count is exact, because the same code does
 * both.
 *
 * @param keepBytes how many bytes of blocks may be kept
 * @param maxBytes a longer text is not counted to its end
 * @throws RangeError for a longer text
 */
export function* measureJson(
  value: unknown,
  pace: Pace,
  keepBytes = 0,
  maxBytes = Number.POSITIVE_INFINITY,
): Generator<void, Measurement> {
  const writer = new BlockWriter();
  let bytes = 0;
  let kept: Uint8Array[] | undefined = [];
  const count = (block: Uint8Array): void => {
    bytes += block.length;
    if (kept !== undefined && (kept.length + 1) * BLOCK_BYTES <= keepBytes) kept.push(block);
    else {
      for (const spare of kept ?? []) recycleBlock(spare);
      recycleBlock(block);
      kept = undefined;
    }
  };
  for (const _ of encodeJson(value, writer, pace)) {
    writer.drain().forEach(count);
    if (bytes > maxBytes) throw new RangeError(`Expected at most ${maxBytes} bytes of JSON`);
    if (pace.isOver()) yield;
  }
  writer.drain(true).forEach(count);
  return { bytes, blocks: kept };
}
