import { constants } from 'node:buffer';
import type { ByteReader, Stretch } from './byte-reader.ts';
import type { EnvelopeTally } from './envelope-tally.ts';
import { type JsonObject, parseObject } from './json-object.ts';
import { NoProfileError } from './no-profile-error.ts';

/** Most bytes that a header may have. Those of SDKs have a few hundred bytes, a few thousand with a long baggage. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** V8 parses JSON from a string only, and this is its longest. */
export const MAX_PAYLOAD_BYTES: number = constants.MAX_STRING_LENGTH;

/** One of these tells a payload from the header of an envelope: the last one is that of a `.cpuprofile`. */
const PAYLOAD_MEMBERS = ['profile', 'sampled_profile', 'timeDeltas'];

/** Editors and shells of Windows put it before a text. */
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

const NEWLINE = 0x0a;
const WHITESPACE = /^[ \t\r\n]*/;
const SHOWN_UNITS = 20;

/** A payload that should be a profile. */
export interface FoundItem {
  /** Which item of its envelope, from 1; undefined for a payload that was saved without one. */
  readonly number: number | undefined;
  /** Empty for a payload that was saved without an envelope. */
  readonly header: JsonObject;
  readonly bytes: number;
  /** Undefined if it is longer than {@link MAX_PAYLOAD_BYTES}. */
  readonly text: string | undefined;
}

/**
 * Finds the profiles of an envelope, or the one that was saved alone. Other items are skipped, so that no more than one
 * profile is held at a time.
 *
 * @param tally gets all items, those that are skipped too
 * @throws NoProfileError if the input is neither, or breaks off
 */
export async function* readItems(reader: ByteReader, tally: EnvelopeTally): AsyncGenerator<FoundItem, void> {
  const mark = await reader.peek(BYTE_ORDER_MARK.length);
  if (mark.equals(BYTE_ORDER_MARK)) await reader.read(mark.length, 0);
  const head = await reader.peek(MAX_HEADER_BYTES);
  expectObject(head);
  tally.isEnvelope = isEnvelope(head);
  if (tally.isEnvelope) {
    await reader.readLine(0);
    for (let number = 1; !(await reader.isAtEnd()); ) {
      const header = await readHeader(reader, number);
      if (header === undefined) continue;
      const { type } = header;
      const isProfile = type === 'profile' || type === 'profile_chunk';
      const payload = await readPayload(reader, header, `item ${number} (${type})`, isProfile);
      tally.add(type, payload.bytes);
      if (isProfile) yield { number, header, bytes: payload.bytes, text: payload.text };
      number++;
    }
  } else {
    const { text, bytes } = await reader.readRest(MAX_PAYLOAD_BYTES);
    yield { number: undefined, header: {}, bytes, text };
  }
  tally.bytes = reader.position;
}

function expectObject(head: Buffer): void {
  const text = head.toString('utf8').replace(WHITESPACE, '');
  if (text === '') throw new NoProfileError('it is empty');
  if (text.startsWith('{')) return;
  const shown = JSON.stringify(text.slice(0, SHOWN_UNITS));
  throw new NoProfileError(`it begins with ${shown}, so it is neither an envelope nor the JSON of a profile`);
}

/** An envelope's first line is its header; a saved profile is all of one line, or has none that is an object. */
function isEnvelope(head: Buffer): boolean {
  const newline = head.indexOf(NEWLINE);
  if (newline < 0 && head.length === MAX_HEADER_BYTES) return false;
  const first = parseObject(head.toString('utf8', 0, newline < 0 ? head.length : newline));
  return first !== undefined && !PAYLOAD_MEMBERS.some((member) => member in first);
}

/** The header of the next item; undefined for an empty line, which SDKs leave at the end. */
async function readHeader(
  reader: ByteReader,
  number: number,
): Promise<(JsonObject & { type: string }) | undefined> {
  const { text, isWhole } = await reader.readLine(MAX_HEADER_BYTES);
  if (text?.trim() === '') return undefined;
  const header = parseObject(text ?? '');
  if (typeof header?.type === 'string') return header as JsonObject & { type: string };
  const cutOff = isWhole ? '' : '; it may be truncated there';
  throw new NoProfileError(`the header of item ${number} is no JSON object with a \`type\`${cutOff}`);
}

async function readPayload(
  reader: ByteReader,
  { length }: JsonObject,
  what: string,
  isProfile: boolean,
): Promise<Stretch> {
  const maxKeptBytes = isProfile ? MAX_PAYLOAD_BYTES : 0;
  if (length === undefined) return reader.readLine(maxKeptBytes);
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) {
    throw new NoProfileError(`the \`length\` of ${what} is ${JSON.stringify(length)}, not a number of bytes`);
  }
  const payload = await reader.read(length, maxKeptBytes);
  if (!payload.isWhole) {
    throw new NoProfileError(
      `it is truncated: ${what} should have ${length} bytes, and ${payload.bytes} are there`,
    );
  }
  const [next] = await reader.peek(1);
  if (next !== undefined && next !== NEWLINE) {
    throw new NoProfileError(`the \`length\` of ${what} is ${length}, and no newline follows there`);
  }
  if (next === NEWLINE) await reader.read(1, 0);
  return payload;
}
