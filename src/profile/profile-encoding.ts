import { BlockWriter, recycleBlock } from '../encode/block-writer.ts';
import { encodeJson } from '../encode/json.ts';
import { measureJson } from '../encode/measure.ts';
import type { Slicing } from '../encode/slices.ts';
import type { CompactProfile } from './compact.ts';

/** A single real profile of half a minute measures less than this when it is compact: it is encoded only once. */
export const SMALL_BYTES = 1024 * 1024;

/**
 * The longest text that V8 makes, and so that any SDK could send. A sparse list, or a few that hold each other many times,
 * take no memory, and would be counted for hours.
 */
const MAX_BYTES = 2 ** 29;

/** A profile that is measured, ready to be written. */
export interface ProfileEncoding {
  /** Exact length of the payload in bytes. */
  readonly bytes: number;
  /** The whole payload, if it is small: then it was encoded while it was measured. */
  readonly blocks: readonly Uint8Array[] | undefined;
  /** Hands the payload over block by block; a block may be reused when the sink's promise has come true. */
  writeTo(sink: (block: Uint8Array) => Promise<void>): Promise<void>;
  /** Gives back what is held of the payload: it can't be written any more. */
  release(): void;
}

/** Measures a profile, in slices. @throws RangeError if it is longer than any text, or what a getter in the profile throws */
export async function prepareEncoding(profile: CompactProfile, slices: Slicing): Promise<ProfileEncoding> {
  const { bytes, blocks } = await slices.run(measureJson(profile, slices, SMALL_BYTES, MAX_BYTES));
  return blocks === undefined
    ? { bytes, blocks, writeTo: (sink) => encodeTo(profile, bytes, slices, sink), release: () => {} }
    : written(bytes, blocks);
}

/** Apart from where the profile is in scope: what is written already must not hold its objects. */
function written(bytes: number, blocks: Uint8Array[]): ProfileEncoding {
  return {
    bytes,
    blocks,
    async writeTo(sink) {
      for (const block of blocks) await sink(block);
    },
    release() {
      for (const block of blocks.splice(0)) recycleBlock(block);
    },
  };
}

async function encodeTo(
  profile: object,
  expectedBytes: number,
  slices: Slicing,
  sink: (block: Uint8Array) => Promise<void>,
): Promise<void> {
  const writer = new BlockWriter();
  let bytes = 0;
  const pass = async (blocks: readonly Uint8Array[]): Promise<void> => {
    for (const block of blocks) {
      bytes += block.length;
      await sink(block);
      recycleBlock(block);
    }
  };
  await slices.run(encodeJson(profile, writer, slices), () =>
    writer.hasSealed ? pass(writer.drain()) : undefined,
  );
  await pass(writer.drain(true));
  if (bytes !== expectedBytes) throw new TypeError('Expected a profile that encodes the same way twice');
}
