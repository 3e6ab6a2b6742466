import type { BlockWriter } from './block-writer.ts';

/** A list that is read by index: an array, or a view of something else. */
export interface List<T> {
  readonly length: number;
  at(index: number): T | undefined;
}

/** A list whose members are made when they are asked for. The encoder writes it as an array. */
export abstract class ArrayView<T> implements List<T> {
  abstract readonly length: number;
  abstract at(index: number): T;
  /** Writes a member as JSON without making it. */
  writeAt?(index: number, writer: BlockWriter): void;
}
