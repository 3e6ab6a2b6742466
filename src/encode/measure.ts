import type { Pace } from '../pace.ts';
import { BlockWriter } from './block-writer.ts';
import { encodeJson } from './json.ts';

/** Counts the bytes that {@link encodeJson} will write by letting it write them: exact because it is the same code. */
export function* measureJson(value: unknown, pace: Pace): Generator<void, number> {
  const writer = new BlockWriter();
  let bytes = 0;
  const count = (last: boolean): void => {
    for (const block of writer.drain(last)) {
      bytes += block.length;
      writer.recycle(block);
    }
  };
  for (const _ of encodeJson(value, writer, pace)) {
    count(false);
    if (pace.isOver()) yield;
  }
  count(true);
  return bytes;
}
