const NEWLINE = 0x0a;

/** A JSON object whose members have not been checked yet. */
export type JsonObject = Record<string, unknown>;

/** One item as it stood in the envelope: nothing decoded but its header. */
export interface EnvelopeItem {
  header: JsonObject & { type: string };
  payload: Buffer;
}

/** An envelope that kept to the format. */
export interface ParsedEnvelope {
  header: JsonObject;
  items: EnvelopeItem[];
}

/**
 * Reads an envelope as the format is specified (https://develop.sentry.dev/sdk/foundations/transport/envelopes/),
 * with none of the leniency of the SDK's own parser. Throws for any breach.
 */
export function parseEnvelopeStrictly(bytes: Buffer): ParsedEnvelope {
  const headerLine = lineAt(bytes, 0);
  const header = parseHeader(headerLine.text, 'envelope header');
  checkSentAt(header);
  const items: EnvelopeItem[] = [];
  let offset = headerLine.next;
  while (offset < bytes.length) {
    const { item, next } = itemAt(bytes, offset, items.length);
    items.push(item);
    offset = next;
  }
  return { header, items };
}

function itemAt(bytes: Buffer, offset: number, index: number): { item: EnvelopeItem; next: number } {
  const what = `header of item ${index}`;
  const line = lineAt(bytes, offset);
  const header = parseHeader(line.text, what);
  if (typeof header.type !== 'string' || header.type === '') {
    throw new Error(`${what}: "type" is missing`);
  }
  const item = { ...header, type: header.type };
  if (header.length === undefined) {
    const end = endOfLine(bytes, line.next);
    return { item: { header: item, payload: bytes.subarray(line.next, end) }, next: end + 1 };
  }
  const end = line.next + checkedLength(header.length, what);
  if (end > bytes.length) {
    throw new Error(`${what}: "length" is ${header.length}, only ${bytes.length - line.next} bytes follow`);
  }
  if (end < bytes.length && bytes[end] !== NEWLINE) {
    throw new Error(`${what}: "length" is ${header.length}, no newline stands after the payload`);
  }
  return { item: { header: item, payload: bytes.subarray(line.next, end) }, next: end + 1 };
}

function checkedLength(length: unknown, what: string): number {
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) {
    throw new Error(`${what}: "length" is ${JSON.stringify(length)}, not a number of bytes`);
  }
  return length;
}

function lineAt(bytes: Buffer, start: number): { text: string; next: number } {
  const end = endOfLine(bytes, start);
  // A payload that ends the envelope may be empty, so the position after the last line may be its end.
  return { text: bytes.toString('utf8', start, end), next: Math.min(end + 1, bytes.length) };
}

function endOfLine(bytes: Buffer, start: number): number {
  const newline = bytes.indexOf(NEWLINE, start);
  return newline < 0 ? bytes.length : newline;
}

function parseHeader(text: string, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${what} is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${what} is not a JSON object`);
  }
  const keys = topLevelKeys(text);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw new Error(`${what}: "${twice}" stands there twice`);
  }
  return value as JsonObject;
}

/** `JSON.parse` keeps the last of two equal keys and tells nobody; Relay's serde refuses them. */
function topLevelKeys(json: string): string[] {
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g) ?? [];
  const keys: string[] = [];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token === '{' || token === '[') {
      depth++;
    } else if (token === '}' || token === ']') {
      depth--;
    } else if (depth === 1 && token !== ':' && tokens[index + 1] === ':') {
      keys.push(JSON.parse(token) as string);
    }
  }
  return keys;
}

/** RFC 3339, as Relay's chrono takes it. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function checkSentAt(header: JsonObject): void {
  const sentAt = header.sent_at;
  if (sentAt === undefined) {
    return;
  }
  if (typeof sentAt !== 'string' || !DATE_TIME.test(sentAt) || Number.isNaN(Date.parse(sentAt))) {
    throw new Error(`envelope header: "sent_at" is ${JSON.stringify(sentAt)}, not a date`);
  }
}
