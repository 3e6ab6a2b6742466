import { types } from 'node:util';
import type { Pace } from '../pace/pace.ts';
import { ArrayView } from './array-view.ts';
import type { BlockWriter } from './block-writer.ts';
import { MAX_PIECE_UNITS, pieceUnits } from './piece.ts';

/** Deepest nesting that is followed. Relay's own parser stops at 128 (serde_json's recursion limit). */
export const MAX_DEPTH = 1000;

/** Most members of a list that make one piece, so that the pace is asked every few tens of microseconds. */
const MAX_BATCH = 32;

/** An object or array that is being written member by member. */
interface Cursor {
  readonly container: object;
  /** The keys of an object; undefined for an array. */
  readonly keys: readonly string[] | undefined;
  readonly length: number;
  index: number;
  /** Written before the next member. */
  separator: '' | ',';
}

/**
 * Writes a value as `JSON.stringify` would, to the byte. Small flat parts go through `JSON.stringify` itself, several members of
 * a list at a time, which gives its speed and its rules for text and numbers for nothing. Only the containers of such parts are
 * walked here. It pauses (yields) whenever the writer has sealed blocks to drain or the pace is over.
 *
 * @throws TypeError where `JSON.stringify` throws one (a BigInt, a cycle), and any error of a getter or `toJSON`
 */
export function* encodeJson(root: unknown, writer: BlockWriter, pace: Pace): Generator<void, void> {
  const path: Cursor[] = [];
  const value = toJsonValue(root, '');
  if (!hasJsonForm(value)) throw new TypeError('Expected a value that has a JSON form');
  yield* encodeValue(value, path, writer);
  for (;;) {
    if (writer.hasSealed || pace.isOver()) yield;
    const cursor = path[path.length - 1];
    if (cursor === undefined) return;
    if (cursor.index === cursor.length) {
      writer.write(cursor.keys === undefined ? ']' : '}');
      path.pop();
    } else if (cursor.keys !== undefined) {
      yield* encodeProperty(cursor, cursor.keys[cursor.index++]!, path, writer);
    } else if (!writeMembers(cursor, writer) && !writeBatch(cursor, writer)) {
      yield* encodeElement(cursor, cursor.index++, path, writer);
    }
  }
}

function* encodeProperty(
  cursor: Cursor,
  key: string,
  path: Cursor[],
  writer: BlockWriter,
): Generator<void, void> {
  const value = toJsonValue((cursor.container as Record<string, unknown>)[key], key);
  if (!hasJsonForm(value)) return;
  writer.write(cursor.separator);
  cursor.separator = ',';
  yield* encodeValue(key, path, writer);
  writer.write(':');
  yield* encodeValue(value, path, writer);
}

function* encodeElement(
  cursor: Cursor,
  index: number,
  path: Cursor[],
  writer: BlockWriter,
): Generator<void, void> {
  const value = toJsonValue(elementOf(cursor.container, index), String(index));
  writer.write(cursor.separator);
  cursor.separator = ',';
  yield* encodeValue(hasJsonForm(value) ? value : null, path, writer);
}

/** Writes a value, or opens it when it is too large for one piece: its members are then written in turn. */
function* encodeValue(value: unknown, path: Cursor[], writer: BlockWriter): Generator<void, void> {
  if (typeof value === 'string' && value.length > MAX_PIECE_UNITS) yield* encodeLongString(value, writer);
  else if (typeof value === 'object' && value !== null && pieceUnits(value) > MAX_PIECE_UNITS) {
    path.push(open(value, path, writer));
  } else writer.write(JSON.stringify(value));
}

function open(container: object, path: readonly Cursor[], writer: BlockWriter): Cursor {
  if (path.length >= MAX_DEPTH) throw new TypeError(`Expected at most ${MAX_DEPTH} levels of nesting`);
  if (path.some((cursor) => cursor.container === container)) throw new TypeError('Expected no cycle');
  if (Array.isArray(container) || container instanceof ArrayView) {
    writer.write('[');
    return { container, keys: undefined, length: toLength(container.length), index: 0, separator: '' };
  }
  writer.write('{');
  const keys = Object.keys(container);
  return { container, keys, length: keys.length, index: 0, separator: '' };
}

/** The standard calls this ToLength. A proxy may have any length, and a loop up to some of them would never end. */
function toLength(length: unknown): number {
  return Math.min(Math.max(Math.trunc(Number(length)) || 0, 0), Number.MAX_SAFE_INTEGER);
}

/** Lets a view write its next members. @returns false when it does not do that */
function writeMembers(cursor: Cursor, writer: BlockWriter): boolean {
  const { container } = cursor;
  if (!(container instanceof ArrayView) || container.writeAt === undefined) return false;
  const end = Math.min(cursor.length, cursor.index + MAX_BATCH);
  for (; cursor.index < end; cursor.index++) {
    writer.write(cursor.separator);
    cursor.separator = ',';
    container.writeAt(cursor.index, writer);
  }
  return true;
}

/** Writes the next members of a list in one piece. @returns false when the next one is too large or too odd for that */
function writeBatch(cursor: Cursor, writer: BlockWriter): boolean {
  const batch: unknown[] = [];
  const limit = Math.min(cursor.length - cursor.index, MAX_BATCH);
  for (let units = 0; batch.length < limit; ) {
    const element = elementOf(cursor.container, cursor.index + batch.length);
    units += pieceUnits(element);
    if (units > MAX_PIECE_UNITS) break;
    batch.push(element);
  }
  if (batch.length === 0) return false;
  writer.write(cursor.separator);
  writer.write(JSON.stringify(batch).slice(1, -1));
  cursor.separator = ',';
  cursor.index += batch.length;
  return true;
}

function elementOf(list: object, index: number): unknown {
  return list instanceof ArrayView ? list.at(index) : (list as readonly unknown[])[index];
}

/** The first half of the standard's SerializeJSONProperty: `toJSON`, then boxed primitives. */
function toJsonValue(value: unknown, key: string): unknown {
  if (value === null || !['object', 'function', 'bigint'].includes(typeof value)) return value;
  const { toJSON } = value as { toJSON?: unknown };
  const resolved: unknown = typeof toJSON === 'function' ? toJSON.call(value, key) : value;
  if (types.isNumberObject(resolved)) return Number(resolved);
  if (types.isStringObject(resolved)) return String(resolved);
  if (types.isBooleanObject(resolved)) return Boolean.prototype.valueOf.call(resolved);
  return types.isBigIntObject(resolved) ? BigInt.prototype.valueOf.call(resolved) : resolved;
}

function hasJsonForm(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}

function* encodeLongString(text: string, writer: BlockWriter): Generator<void, void> {
  writer.write('"');
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + MAX_PIECE_UNITS, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end--;
    writer.write(JSON.stringify(text.slice(start, end)).slice(1, -1));
    start = end;
    yield;
  }
  writer.write('"');
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
