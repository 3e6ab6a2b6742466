import { BlockWriter, recycleBlock } from '../encode/block-writer.ts';
import { encodeJson } from '../encode/json.ts';
import { measureJson } from '../encode/measure.ts';
import type { Slicer } from '../pace/time-slicer.ts';
import type { CompactProfile } from './compact.ts';

/** A real profile of half a minute measures less than this when it is compact. A profile below it is encoded only once. */
export const SMALL_BYTES = 1024 * 1024;

/**
 * V8 makes no longer text, so no SDK can send more. Without a limit, a sparse list or a few lists that hold each other many times
 * would be counted for hours.
 */
const MAX_BYTES = 2 ** 29;

/** A profile that is measured, ready to be written. */
export interface ProfileEncoding {
  /** Exact length of the payload in bytes. */
  readonly bytes: number;
  /** The whole payload, if it is small, because it was then encoded while it was measured. */
  readonly blocks: readonly Uint8Array[] | undefined;
  /** Hands the payload over block by block; a block may be reused when the sink's promise has come true. */
  writeTo(sink: (block: Uint8Array) => Promise<void>): Promise<void>;
  /** Gives back the blocks that are held. The payload can't be written after that. */
  release(): void;
}

/** Measures a profile, in slices. @throws RangeError if it is longer than any text, or any error of a getter in the profile */
export async function prepareEncoding(profile: CompactProfile, slicer: Slicer): Promise<ProfileEncoding> {
  const { bytes, blocks } = await slicer.run(measureJson(profile, slicer, SMALL_BYTES, MAX_BYTES));
  return blocks === undefined
    ? { bytes, blocks, writeTo: (sink) => encodeTo(profile, bytes, slicer, sink), release: () => {} }
    : written(bytes, blocks);
}

/** This is a function of its own, because a closure in the one above would keep the profile's objects. */
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
  slicer: Slicer,
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
  await slicer.run(encodeJson(profile, writer, slicer), () =>
    writer.hasSealed ? pass(writer.drain()) : undefined,
  );
  await pass(writer.drain(true));
  if (bytes !== expectedBytes) throw new TypeError('Expected a profile that encodes the same way twice');
}
