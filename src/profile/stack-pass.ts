import type { FrameIds } from './frame-table.ts';
import { indexError } from './index-error.ts';
import { ListBytes } from './list-bytes.ts';
import { listLength } from './list-length.ts';
import { createStackTable, internStack, type StackTable } from './stack-table.ts';
import type { MalformedProfileError } from './types.ts';

/** Marks in the list of stack ids, beside ids. */
export const UNUSED = -1;
export const USED = -2;

/**
 * One stretch handles so many entries of stacks, which takes a few tens of microseconds. A stack itself counts as some entries.
 */
const ENTRIES_PER_STRETCH = 1024;
const ENTRIES_PER_STACK = 16;

/** One pass over every entry of every stack, in stretches. */
export interface StackPass {
  readonly table: StackTable;
  /** For each stack, whether a sample uses it, and then its id in the table. */
  readonly stackIds: Int32Array;
  /** For each frame the id of its value. */
  readonly frameIds: FrameIds;
  /** For each of those ids, whether a used stack lists it. */
  readonly usedFrames: Uint8Array;
  readonly before: ListBytes;
  readonly after: ListBytes;
  /** The place where the next stretch begins, and the hash of the entries before it in the same stack. */
  stack: number;
  entry: number;
  folded: number;
  /** The current stack, as ids of its frames. */
  mapped: Int32Array;
}

export function createStackPass(stackIds: Int32Array, frameIds: FrameIds, distinctFrames: number): StackPass {
  return {
    table: createStackTable(),
    stackIds,
    frameIds,
    usedFrames: new Uint8Array(distinctFrames),
    before: new ListBytes(),
    after: new ListBytes(),
    stack: 0,
    entry: 0,
    folded: 0,
    mapped: new Int32Array(256),
  };
}

/** Handles a stretch. @returns whether there is more to do */
export function passStacks(pass: StackPass, stacks: readonly (readonly number[])[]): boolean {
  for (let entriesLeft = ENTRIES_PER_STRETCH; entriesLeft > 0; ) {
    if (pass.stack === pass.stackIds.length) return false;
    const stack = stacks[pass.stack]!;
    const length = listLength(stack, 'every stack');
    const isUsed = pass.stackIds[pass.stack] === USED;
    const end = Math.min(length, pass.entry + entriesLeft);
    if (isUsed) mapEntries(pass, stack, end);
    else checkEntries(pass, stack, end);
    entriesLeft -= end - pass.entry + ENTRIES_PER_STACK;
    pass.entry = end;
    if (end === length) endStack(pass, stack, length, isUsed);
  }
  return true;
}

function mapEntries(pass: StackPass, stack: readonly number[], end: number): void {
  if (end > pass.mapped.length) growMapped(pass, end);
  const { frameIds, usedFrames, mapped } = pass;
  const limit = frameIds.length;
  let { folded } = pass;
  for (let i = pass.entry; i < end; i++) {
    const index = stack[i]!;
    if (typeof index !== 'number' || index >>> 0 !== index || index >= limit) throw frameError(index, limit);
    const id = frameIds[index]!;
    mapped[i] = id;
    usedFrames[id] = 1;
    folded = (folded * 31 + id) | 0;
  }
  pass.folded = folded;
}

function checkEntries({ entry, frameIds }: StackPass, stack: readonly number[], end: number): void {
  const limit = frameIds.length;
  for (let i = entry; i < end; i++) {
    const index = stack[i]!;
    if (typeof index !== 'number' || index >>> 0 !== index || index >= limit) throw frameError(index, limit);
  }
}

function endStack(pass: StackPass, stack: readonly number[], length: number, isUsed: boolean): void {
  const { table } = pass;
  pass.before.add(stack);
  if (isUsed) {
    const distinct = table.kept.length;
    const id = internStack(table, pass.mapped, length, pass.folded ^ length);
    pass.stackIds[pass.stack] = id;
    if (id === distinct) pass.after.add(table.kept[id]!);
  }
  pass.stack++;
  pass.entry = 0;
  pass.folded = 0;
}

function growMapped(pass: StackPass, length: number): void {
  const mapped = new Int32Array(2 * length);
  mapped.set(pass.mapped);
  pass.mapped = mapped;
}

function frameError(index: unknown, length: number): MalformedProfileError {
  return indexError('a frame of a stack', index, length);
}
