import { HashChains, MAX_CHAIN, spread } from './hash-chains.ts';
import { jsonBytes } from './json-bytes.ts';
import { type Frame, MalformedProfileError } from './types.ts';

/**
 * The distinct frames of a profile, by value. Frames with the native profiler's keys and nothing else are found by
 * function, file and position and compared key by key; any other frame is identified by its JSON text, which is what
 * "value" means for something that will be sent as JSON.
 */
export class FrameTable {
  /** One frame object for each id: the first that had the value. */
  readonly kept: Frame[] = [];
  readonly #names = new Map<unknown, number>();
  readonly #chains = new HashChains();
  /** Leads from an entry of the chains to its id, which entries share with texts. */
  readonly #idOfEntry: number[] = [];
  readonly #texts = new Map<string, number>();
  /** Bytes of JSON for each id. */
  readonly #bytes: number[] = [];
  #savedBytes = 0;

  /** Bytes of JSON, commas included, of the frames that turned out to be known. */
  get savedBytes(): number {
    return this.#savedBytes;
  }

  /** The id of this frame's value, a new one if it was not seen before. */
  intern(frame: Frame): number {
    if (typeof frame !== 'object' || frame === null) {
      throw new MalformedProfileError('Expected every frame to be an object');
    }
    const hash = this.#hash(frame);
    let entry = this.#chains.first(hash);
    for (let n = 0; entry >= 0 && n < MAX_CHAIN; n++, entry = this.#chains.after(entry)) {
      const id = this.#idOfEntry[entry] as number;
      if (sameNativeFrame(this.kept[id] as Frame, frame)) return this.#known(id);
    }
    return isNativeFrame(frame) ? this.#keepNative(frame, hash) : this.#internText(frame);
  }

  #hash(frame: Frame): number {
    const { lineno, colno } = frame;
    // Each module has a wrapper at line 1, column 1: the file has to be part of it.
    let hash =
      this.#nameId(frame.function) * 31 + this.#nameId(frame.abs_path ?? frame.module ?? frame.filename);
    hash = (hash * 31 + (typeof lineno === 'number' ? lineno : -1)) | 0;
    hash = (hash * 31 + (typeof colno === 'number' ? colno : -1)) | 0;
    return spread(hash);
  }

  #nameId(name: unknown): number {
    let id = this.#names.get(name);
    if (id === undefined) {
      id = this.#names.size;
      this.#names.set(name, id);
    }
    return id;
  }

  #keepNative(frame: Frame, hash: number): number {
    this.#chains.add(hash);
    const id = this.#keep(frame, jsonBytes(frame));
    this.#idOfEntry.push(id);
    return id;
  }

  #internText(frame: Frame): number {
    const text: string | undefined = JSON.stringify(frame);
    if (text === undefined) throw new MalformedProfileError('Expected every frame to have a JSON form');
    const plain: unknown = JSON.parse(text);
    // What is odd about it may be nothing that JSON tells: a class, a member that is undefined.
    if (typeof plain === 'object' && plain !== null && isNativeFrame(plain)) return this.intern(plain);
    const id = this.#texts.get(text);
    if (id !== undefined) return this.#known(id);
    this.#texts.set(text, this.kept.length);
    return this.#keep(frame, Buffer.byteLength(text));
  }

  #known(id: number): number {
    this.#savedBytes += (this.#bytes[id] as number) + 1;
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

/** Whether a frame equals a native one: as many keys, and each of the seven the same, leave no room for another. */
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
    Object.getPrototypeOf(frame) === Object.prototype &&
    !('toJSON' in frame)
  );
}
