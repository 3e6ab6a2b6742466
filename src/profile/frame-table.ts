import { createHash } from 'node:crypto';
import { jsonBytes } from './json-bytes.ts';
import { type Frame, MalformedProfileError } from './types.ts';

/**
 * How many candidates a look-up compares. With a sound hash there are one or two; input made to collide would otherwise
 * cost quadratic time. Past the bound a value is taken for a new one: less compact, never wrong.
 */
export const MAX_CHAIN = 64;

/**
 * V8 hashes a text of 16,384 units or more by its length alone. A map took three seconds for 2,000 texts of 17 kB that differ at
 * their ends. So a text that is longer than this is looked up by something shorter.
 */
const LONG_UNITS = 8 * 1024;
const TAIL_UNITS = 64;

/** So many distinct frames are stringified, to learn how many bytes a unit of text takes. */
const JUDGED_FRAMES = 512;

/** The end of a chain. As units, it says that a frame is not native. */
const NONE = -1;

/**
 * The distinct frames of a profile, by value. Frames with the native profiler's keys and nothing else are found by
 * function, file and position and compared key by key; any other frame is identified by its JSON text, which is what
 * "value" means for something that will be sent as JSON.
 *
 * A literal and functions, not a class: V8 throws away optimized code with the last instance of a class, and the next
 * profile would find everything cold again.
 */
export interface FrameTable {
  /** One frame object for each id: the first that had the value. */
  readonly kept: Frame[];
  /** Ids of function and file names. Names with the same {@link nameKey} share an id. */
  readonly names: Map<unknown, number>;
  /** The newest id for a hash, and for each id the one before it with the same hash. */
  readonly newest: Map<number, number>;
  readonly previous: number[];
  readonly texts: Map<string, number>;
  readonly keyCounts: number[];
  /** For each kept frame, about how many units of JSON text it takes, and how many other frames equal it. */
  readonly units: number[];
  readonly duplicates: number[];
  /** Units of all those duplicates. */
  savedUnits: number;
}

/** For each frame of a profile the id of its value. */
export type FrameIds = Uint16Array | Uint32Array;

export function createFrameTable(): FrameTable {
  return {
    kept: [],
    names: new Map(),
    newest: new Map(),
    previous: [],
    texts: new Map(),
    keyCounts: [],
    units: [],
    duplicates: [],
    savedUnits: 0,
  };
}

/**
 * Writes the ids of a stretch of frames into `ids`. It sees every frame of every profile, and most profiles are compacted before
 * the optimizing compiler has had time for anything. So it does little for each frame.
 */
export function internFrames(
  table: FrameTable,
  frames: readonly Frame[],
  ids: FrameIds,
  start: number,
  end: number,
): void {
  const { kept, keyCounts, names, newest, previous } = table;
  let lastFile: unknown;
  let fileId = names.get(lastFile) ?? addName(table, lastFile);
  for (let i = start; i < end; i++) {
    const frame = frames[i]!;
    const { lineno, colno, function: name } = frame;
    // The file has to be part of the hash, because each module has a wrapper at line 1, column 1.
    const file = frame.abs_path ?? frame.module ?? frame.filename;
    if (file !== lastFile) {
      lastFile = file;
      fileId = names.get(nameKey(file)) ?? addName(table, file);
    }
    let hash = (names.get(nameKey(name)) ?? addName(table, name)) * 31 + fileId;
    hash = (hash * 31 + positionOf(lineno)) | 0;
    hash = (hash * 31 + positionOf(colno)) | 0;
    let id = newest.get(hash) ?? NONE;
    for (let n = 0; id !== NONE; id = ++n < MAX_CHAIN ? previous[id]! : NONE) {
      if (isSame(kept[id]!, keyCounts[id]!, frame)) break;
    }
    if (id === NONE) id = addFrame(table, frame, hash);
    else addDuplicate(table, id);
    ids[i] = id;
  }
}

/** Whether a frame equals a native one. If it has as many keys and each of the seven is the same, it has no other key. */
function isSame(native: Frame, keyCount: number, frame: Frame): boolean {
  return (
    native.lineno === frame.lineno &&
    native.colno === frame.colno &&
    native.function === frame.function &&
    native.abs_path === frame.abs_path &&
    native.module === frame.module &&
    native.filename === frame.filename &&
    native.in_app === frame.in_app &&
    keyCount === Object.keys(frame).length &&
    Object.getPrototypeOf(frame) === Object.prototype &&
    !('toJSON' in frame)
  );
}

/** A short key for a name. Two names may share it, because frames are compared by the whole name. */
function nameKey(name: unknown): unknown {
  return typeof name === 'string' && name.length > LONG_UNITS ? name.length + name.slice(-TAIL_UNITS) : name;
}

/** A key for a text. The key of a long one begins as no JSON does, so it equals no text. */
function textKey(text: string): string {
  return text.length > LONG_UNITS ? `sha256 ${createHash('sha256').update(text).digest('base64')}` : text;
}

function addName({ names }: FrameTable, name: unknown): number {
  names.set(nameKey(name), names.size);
  return names.size - 1;
}

function positionOf(value: unknown): number {
  return typeof value === 'number' ? value : NONE;
}

function addFrame(table: FrameTable, frame: Frame, hash: number): number {
  const units = nativeUnits(frame);
  if (units === NONE) return internText(table, frame);
  const id = keep(table, frame, units);
  table.previous[id] = table.newest.get(hash) ?? NONE;
  table.newest.set(hash, id);
  return id;
}

function internText(table: FrameTable, frame: Frame): number {
  const text: string | undefined = JSON.stringify(frame);
  if (text === undefined) throw new MalformedProfileError('Expected every frame to have a JSON form');
  const plain: unknown = JSON.parse(text);
  // The frame may be odd only where JSON does not show it: a class, or a member that is undefined.
  if (typeof plain === 'object' && plain !== null && nativeUnits(plain) !== NONE) {
    const ids = new Uint32Array(1);
    internFrames(table, [plain], ids, 0, 1);
    return ids[0]!;
  }
  const key = textKey(text);
  const known = table.texts.get(key);
  if (known !== undefined) {
    addDuplicate(table, known);
    return known;
  }
  const id = keep(table, frame, text.length + 1);
  table.previous[id] = NONE;
  table.texts.set(key, id);
  return id;
}

function keep(table: FrameTable, frame: Frame, units: number): number {
  table.keyCounts.push(Object.keys(frame).length);
  table.units.push(units);
  table.duplicates.push(0);
  return table.kept.push(frame) - 1;
}

/** Counts a frame whose value is kept already. */
export function addDuplicate(table: FrameTable, id: number): void {
  table.savedUnits += table.units[id]!;
  table.duplicates[id]!++;
}

/**
 * About how many bytes of JSON the duplicates took. It is exact for a few hundred distinct frames, and judged by a few hundred if
 * there are more, because to stringify a frame costs as much as to intern it.
 */
export function savedFrameBytes({ kept, units, duplicates, savedUnits }: FrameTable): number {
  const stride = Math.ceil(kept.length / JUDGED_FRAMES);
  let judgedUnits = 0;
  let judgedBytes = 0;
  for (let id = 0; id < kept.length; id += stride) {
    const weight = duplicates[id]!;
    if (weight === 0) continue;
    judgedUnits += weight * units[id]!;
    judgedBytes += weight * (jsonBytes(kept[id]) + 1);
  }
  return judgedUnits === 0 ? savedUnits : Math.round((savedUnits * judgedBytes) / judgedUnits);
}

/** The keys that the native profiler writes, and the type of each. */
const NATIVE_KEYS: Readonly<Record<string, string>> = {
  lineno: 'number',
  colno: 'number',
  in_app: 'boolean',
  function: 'string',
  abs_path: 'string',
  filename: 'string',
  module: 'string',
};

/** `"":,` around a key, or a key and its text. */
const KEY_UNITS = 4;
const QUOTE_UNITS = 2;
const BOOLEAN_UNITS = 5;

/**
 * The length of a frame's JSON text without escapes, if it has the native profiler's keys, with primitive values that JSON
 * tells apart, and nothing else; {@link NONE} if not.
 */
function nativeUnits(frame: Frame): number {
  if (Object.getPrototypeOf(frame) !== Object.prototype || 'toJSON' in frame) return NONE;
  let units = 2;
  for (const key in frame) {
    const value = frame[key as keyof Frame];
    if (typeof value !== NATIVE_KEYS[key]) return NONE;
    units += key.length + KEY_UNITS;
    if (typeof value === 'string') units += value.length + QUOTE_UNITS;
    else if (typeof value === 'boolean') units += BOOLEAN_UNITS;
    else if (Number.isFinite(value)) units += String(value).length;
    else return NONE;
  }
  return units;
}
