import { HashChains, MAX_CHAIN, spread } from './hash-chains.ts';
import { jsonBytes } from './json-bytes.ts';
import { type Frame, MalformedProfileError } from './types.ts';

/**
 * The distinct frames of a profile, by value. Frames with the native profiler's keys and nothing else are found by
 * function and position and compared key by key; any other frame is identified by its JSON text, which is what "value"
 * means for something that will be sent as JSON.
 */
export class FrameTable {
  /** One frame object for each id: the first that had the value. */
  readonly kept: Frame[] = [];
  readonly #functions = new Map<unknown, number>();
  readonly #chains = new HashChains();
  /** Leads from an entry of the chains to its id, which entries share with texts. */
  readonly #idOfEntry: number[] = [];
  readonly #texts = new Map<string, number>();
  /** Bytes of JSON for each id. */
  readonly #bytes: number[] = [];
  /** Bytes of JSON, commas included, of the frames that turned out to be known. */
  savedBytes = 0;

  /** The id of this frame's value, a new one if it was not seen before. */
  intern(frame: Frame): number {
    if (typeof frame !== 'object' || frame === null) {
      throw new MalformedProfileError('Expected every frame to be an object');
    }
    const { lineno, colno, function: name } = frame;
    let functionId = this.#functions.get(name);
    if (functionId === undefined) {
      functionId = this.#functions.size;
      this.#functions.set(name, functionId);
    }
    const hash = spread((((functionId * 31 + (lineno as number)) | 0) * 31 + (colno as number)) | 0);
    let entry = this.#chains.first(hash);
    for (let n = 0; entry >= 0 && n < MAX_CHAIN; n++, entry = this.#chains.after(entry)) {
      const id = this.#idOfEntry[entry] as number;
      if (sameNativeFrame(this.kept[id] as Frame, frame)) {
        this.savedBytes += (this.#bytes[id] as number) + 1;
        return id;
      }
    }
    if (!isNativeFrame(frame)) return this.#internText(frame);
    this.#chains.add(hash);
    const id = this.#keep(frame, jsonBytes(frame));
    this.#idOfEntry.push(id);
    return id;
  }

  #internText(frame: Frame): number {
    const text: string | undefined = JSON.stringify(frame);
    if (text === undefined) throw new MalformedProfileError('Expected every frame to have a JSON form');
    const bytes = Buffer.byteLength(text);
    let id = this.#texts.get(text);
    if (id === undefined) {
      id = this.#keep(frame, bytes);
      this.#texts.set(text, id);
    } else {
      this.savedBytes += bytes + 1;
    }
    return id;
  }

  #keep(frame: Frame, bytes: number): number {
    this.#bytes.push(bytes);
    return this.kept.push(frame) - 1;
  }
}

/** What each key that the native profiler writes may hold. */
const NATIVE_KEYS: Readonly<Record<string, string>> = {
  lineno: 'number',
  colno: 'number',
  in_app: 'boolean',
  function: 'string',
  abs_path: 'string',
  filename: 'string',
  module: 'string',
};

/** Whether a frame has the native profiler's keys, with primitive values that JSON tells apart, and nothing else. */
function isNativeFrame(frame: Frame): boolean {
  if (Object.getPrototypeOf(frame) !== Object.prototype || 'toJSON' in frame) return false;
  for (const key in frame) {
    const value = frame[key as keyof Frame];
    if (typeof value !== NATIVE_KEYS[key]) return false;
    if (typeof value === 'number' && !Number.isFinite(value)) return false;
  }
  return true;
}

/**
 * Whether a frame equals a native one. As many keys, and each of the seven the same: then there is no room for another.
 */
function sameNativeFrame(native: Frame, frame: Frame): boolean {
  return (
    native.lineno === frame.lineno &&
    native.colno === frame.colno &&
    native.function === frame.function &&
    native.abs_path === frame.abs_path &&
    native.module === frame.module &&
    native.filename === frame.filename &&
    native.in_app === frame.in_app &&
    Object.keys(native).length === Object.keys(frame).length &&
    Object.getPrototypeOf(frame) === Object.prototype
  );
}
