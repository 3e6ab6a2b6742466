import { isJsonObject, type JsonObject } from './json-object.ts';
import type { Payload } from './payload.ts';

/** A function that frames stand for. */
export interface ProfiledFunction {
  readonly name: string;
  /** Path of its source, or its module or package; empty if none is known. */
  readonly file: string;
  /** From 1; 0 if it is not known. */
  readonly line: number;
  readonly column: number;
}

/** The functions of a profile, and for each of its frames the index of its function. */
export interface FunctionTable {
  readonly functions: readonly ProfiledFunction[];
  /** {@link NO_FUNCTION} for a frame that stands for none. */
  readonly ofFrame: Int32Array;
}

export const NO_FUNCTION = -1;

/** Frames that V8 adds: one under each stack, and one for the time in which nothing ran. A stack of such frames is idle. */
const V8_NO_FUNCTIONS = new Set(['(root)', '(idle)']);

const ANONYMOUS = 'anonymous';

/** Tells functions of one name and file apart by the place in their frames. If that place moves with each call, the name has to do. */
type Place = (one: ProfiledFunction) => string;

const PLACES: Readonly<Record<string, Place>> = {
  // The line of the call, in the source of the caller (V8's `kCallerLineNumbers`), and the column where the function begins.
  node: ({ column }) => String(column),
  // The place where the function begins.
  javascript: ({ line, column }) => `${line}:${column}`,
};

/** The line that was running: it tells functions without a name apart, and no others. */
const RUNNING_LINE: Place = ({ name, line, column }) => (name === ANONYMOUS ? `${line}:${column}` : '');

export function functionsOf({ json, frames }: Payload): FunctionTable {
  const placeIn = PLACES[String(json.platform)] ?? RUNNING_LINE;
  const ids = new Map<string, number>();
  const functions: ProfiledFunction[] = [];
  const ofFrame = Int32Array.from(frames, (frame) => {
    const known = readFunction(isJsonObject(frame) ? frame : {});
    const { name, file, line } = known;
    if (V8_NO_FUNCTIONS.has(name)) return NO_FUNCTION;
    const key = `${name}\n${file}\n${placeIn(known)}`;
    const id = ids.get(key) ?? functions.push(known) - 1;
    ids.set(key, id);
    // A function that appears with several lines has none of its own.
    const first = functions[id];
    if (first !== undefined && first.line !== line) functions[id] = { ...first, line: 0 };
    return id;
  });
  return { functions, ofFrame };
}

/** The functions of a stack, leaf first. It leaves out frames that stand for no function, or do not exist. */
export function functionsIn(stack: readonly unknown[], { ofFrame }: FunctionTable): number[] {
  return stack
    .map((index) => (typeof index === 'number' ? ofFrame[index] : undefined) ?? NO_FUNCTION)
    .filter((id) => id !== NO_FUNCTION);
}

/** A name that tells a function from the others of its profile: with its place where another one has the same name. */
export function labelsOf(functions: readonly ProfiledFunction[]): string[] {
  const counts = new Map<string, number>();
  for (const { name } of functions) counts.set(name, (counts.get(name) ?? 0) + 1);
  return functions.map((one) => {
    const isUnique = counts.get(one.name) === 1 && one.name !== ANONYMOUS;
    const place = placeOf(one);
    return isUnique || place === '' ? one.name : `${one.name} (${place})`;
  });
}

/** `file:line:column`, as editors and terminals take it, or the known part of it. */
export function placeOf({ file, line, column }: ProfiledFunction): string {
  if (line === 0) return file;
  return column === 0 ? `${file}:${line}` : `${file}:${line}:${column}`;
}

/** Relay knows a second name for some keys. */
function readFunction(frame: JsonObject): ProfiledFunction {
  const name = text(frame.function) || text(frame.name) || address(frame.instruction_addr) || ANONYMOUS;
  const file =
    text(frame.abs_path) ||
    text(frame.filename) ||
    text(frame.file) ||
    text(frame.module) ||
    text(frame.package);
  return {
    name,
    file,
    line: position(frame.lineno ?? frame.line),
    column: position(frame.colno ?? frame.column),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Native frames have nothing else before Sentry has symbolicated them. */
function address(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function position(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0;
}
