import type { BlockWriter } from '../encode/block-writer.ts';
import type { Frame } from '../profile/types.ts';
import { RowTable } from './row-table.ts';

/** As a caller, it says that a frame is the outermost one. As a stack, it is the one without frames. */
export const NO_STACK = -1;

/** A name takes this much besides its text: the entry of a map and the head of a string. */
const NAME_BYTES = 72;

const FIRST_TEXT_BYTES = 64 * 1024;

/** The native profiler always writes these keys: line, column, function, and the path twice. */
const NATIVE_KEYS = 5;

/** `in_app` as a column: the native profiler writes it only where it is false. */
const IN_APP_UNSAID = 0;
const IN_APP_FALSE = 1;

/** The members that a frame of the native profiler always has. */
type NativeFrame = Frame & Required<Pick<Frame, 'lineno' | 'colno' | 'function' | 'abs_path'>>;

/** For each frame and each stack of a dictionary its number in a cut, or {@link UNNUMBERED}. */
export interface Numbering {
  readonly stacks: Int32Array;
  readonly frames: Int32Array;
}

export const UNNUMBERED = -2;

/** A numbering has room for twice the entries, because segments are interned while a cut is made. */
const SPARE_NUMBERS = 2;

/** Marks the row of a frame that is identified by its JSON text. */
const BY_TEXT = -1;

/**
 * The frames and stacks of a recording, each once. A frame is kept as the bytes of its JSON, ready to be copied into every
 * profile that shows it. A stack is a path in the tree of calls: the frame of its leaf, and the stack of the caller.
 */
export class Dictionary {
  readonly #names = new Map<string, number>();
  readonly #nameTexts: string[] = [];
  readonly #oddTexts = new Map<string, number>();
  readonly #frames = new RowTable(5);
  readonly #stacks = new RowTable(2);
  readonly #frameRow = new Int32Array(5);
  readonly #stackRow = new Int32Array(2);
  /** One cut after the other uses it, because a new one for each would leave garbage of its size. */
  #numbering: Numbering | undefined;
  #numberingBytes = 0;
  #nameBytes = 0;
  #texts = Buffer.allocUnsafeSlow(FIRST_TEXT_BYTES);
  #textEnd = 0;
  /** Where the text of each frame ends. */
  #ends = new Int32Array(256);

  /** About all the memory that it takes, in bytes. */
  get bytes(): number {
    const texts = this.#texts.length + this.#ends.byteLength + this.#nameBytes;
    return texts + this.#frames.bytes + this.#stacks.bytes + this.#numberingBytes;
  }

  /** Numbers of different frames, and of different stacks. A stack without its leaf counts as a stack too. */
  get counts(): { readonly frames: number; readonly stacks: number } {
    return { frames: this.#frames.size, stacks: this.#stacks.size };
  }

  /** @returns the id that all equal frames share */
  internFrame(frame: Frame): number {
    const row = this.#frameRow;
    if (isNative(frame)) {
      row[0] = this.#internName(frame.function);
      row[1] = this.#internName(frame.abs_path);
      row[2] = frame.lineno;
      row[3] = frame.colno;
      row[4] = frame.in_app === undefined ? IN_APP_UNSAID : IN_APP_FALSE;
    } else {
      row.fill(0);
      row[0] = BY_TEXT;
      row[1] = this.#internOdd(frame);
    }
    const known = this.#frames.size;
    const id = this.#frames.intern(row);
    if (id === known) this.#keepText(JSON.stringify(frame));
    return id;
  }

  /** @param caller the stack without its leaf, or {@link NO_STACK} */
  internStack(caller: number, leafFrame: number): number {
    this.#stackRow[0] = caller;
    this.#stackRow[1] = leafFrame;
    return this.#stacks.intern(this.#stackRow);
  }

  /** The stack without its leaf. */
  callerOf(stack: number): number {
    return this.#stacks.at(stack, 0);
  }

  leafOf(stack: number): number {
    return this.#stacks.at(stack, 1);
  }

  /** Lends a numbering in which nothing is numbered yet. {@link takeBack} gives it back. */
  lendNumbering(): Numbering {
    const spare = this.#numbering;
    this.#numbering = undefined;
    const numbering = {
      stacks: atLeast(spare?.stacks, this.#stacks.size),
      frames: atLeast(spare?.frames, this.#frames.size),
    };
    this.#numberingBytes = numbering.stacks.byteLength + numbering.frames.byteLength;
    numbering.stacks.fill(UNNUMBERED);
    numbering.frames.fill(UNNUMBERED);
    return numbering;
  }

  takeBack(numbering: Numbering): void {
    this.#numbering = numbering;
  }

  /** The script of a frame. Undefined if it has none, or if it is identified by its text. */
  pathOf(frame: number): string | undefined {
    if (this.#frames.at(frame, 0) === BY_TEXT) return undefined;
    return this.#nameTexts[this.#frames.at(frame, 1)] || undefined;
  }

  /** The frame as JSON in UTF-8. */
  textOf(frame: number): Buffer {
    return this.#texts.subarray(this.#startOf(frame), this.#ends[frame]);
  }

  writeText(frame: number, writer: BlockWriter): void {
    writer.copy(this.#texts, this.#startOf(frame), this.#ends[frame]!);
  }

  /** Length of the frame as JSON, in bytes. */
  textBytesOf(frame: number): number {
    return this.#ends[frame]! - this.#startOf(frame);
  }

  #startOf(frame: number): number {
    return frame === 0 ? 0 : this.#ends[frame - 1]!;
  }

  #internName(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#nameBytes += NAME_BYTES + name.length;
    this.#names.set(name, this.#names.size);
    return this.#nameTexts.push(name) - 1;
  }

  #internOdd(frame: Frame): number {
    const text = JSON.stringify(frame);
    const known = this.#oddTexts.get(text);
    if (known !== undefined) return known;
    this.#nameBytes += NAME_BYTES + text.length;
    this.#oddTexts.set(text, this.#oddTexts.size);
    return this.#oddTexts.size - 1;
  }

  #keepText(text: string): void {
    const id = this.#frames.size - 1;
    const endBytes = this.#textEnd + Buffer.byteLength(text);
    if (endBytes > this.#texts.length) {
      const texts = Buffer.allocUnsafeSlow(Math.max(2 * this.#texts.length, endBytes));
      this.#texts.copy(texts, 0, 0, this.#textEnd);
      this.#texts = texts;
    }
    if (id === this.#ends.length) {
      const ends = new Int32Array(2 * id);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    this.#textEnd += this.#texts.write(text, this.#textEnd);
    this.#ends[id] = this.#textEnd;
  }
}

function atLeast(spare: Int32Array | undefined, length: number): Int32Array {
  return spare !== undefined && spare.length >= length ? spare : new Int32Array(SPARE_NUMBERS * length);
}

/**
 * Whether function, file and position identify the frame: `filename` repeats the path, and `module` follows from the path. A
 * frame with another key, which a newer profiler may write, is identified by its text.
 */
function isNative(frame: Frame): frame is NativeFrame {
  const { lineno, colno, in_app, function: name, abs_path: path, filename, module } = frame;
  const keys = NATIVE_KEYS + Number(in_app !== undefined) + Number(module !== undefined);
  return (
    typeof name === 'string' &&
    typeof path === 'string' &&
    path === filename &&
    (in_app === undefined || in_app === false) &&
    isInt32(lineno) &&
    isInt32(colno) &&
    Object.keys(frame).length === keys
  );
}

function isInt32(value: unknown): value is number {
  return typeof value === 'number' && value >> 0 === value;
}
