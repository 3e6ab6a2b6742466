import { disagreementWithSdk } from './agreement.ts';
import { BodyTooLargeError, decodeBody, UnknownEncodingError } from './body.ts';
import { type EnvelopeItem, type ParsedEnvelope, parseEnvelopeStrictly } from './envelope.ts';
import { brokenLimit, type RelayLimits } from './limits.ts';
import { profileProblems } from './profile-rules.ts';
import type { InvalidItem, ReceivedItem } from './records.ts';

/** A status and the rule behind it. */
export interface Refusal {
  status: number;
  error: string;
}

/** A body after its examination. With a refusal, all that could be read up to there. */
export interface Examination {
  bytesDecompressed: number;
  envelope?: ParsedEnvelope;
  refusal?: Refusal;
}

/** Applies the rules for which Relay refuses an envelope whole. */
export async function examine(body: Buffer, encoding: string, limits: RelayLimits): Promise<Examination> {
  let bytes: Buffer;
  try {
    bytes = await decodeBody(body, encoding, limits.maxEnvelopeBytes);
  } catch (error) {
    return { bytesDecompressed: 0, refusal: { status: statusFor(error), error: (error as Error).message } };
  }
  const bytesDecompressed = bytes.length;
  let envelope: ParsedEnvelope;
  try {
    envelope = parseEnvelopeStrictly(bytes);
  } catch (error) {
    return { bytesDecompressed, refusal: { status: 400, error: (error as Error).message } };
  }
  const disagreement = disagreementWithSdk(bytes, envelope);
  if (disagreement !== undefined) {
    return { bytesDecompressed, envelope, refusal: { status: 400, error: disagreement } };
  }
  const tooLarge = brokenLimit(envelope.items, limits);
  if (tooLarge !== undefined) {
    return { bytesDecompressed, envelope, refusal: { status: 413, error: tooLarge } };
  }
  return { bytesDecompressed, envelope };
}

function statusFor(error: unknown): number {
  if (error instanceof BodyTooLargeError) {
    return 413;
  }
  return error instanceof UnknownEncodingError ? 415 : 400;
}

/** Item types whose payload is not JSON: https://develop.sentry.dev/sdk/foundations/transport/envelope-items/. */
const BINARY_TYPES = new Set(['attachment', 'replay_recording', 'replay_video']);

/** The items of an accepted envelope, and those among them that Relay would drop silently. */
export function receive(envelope: ParsedEnvelope): { items: ReceivedItem[]; invalid: InvalidItem[] } {
  const decoded = envelope.items.map(decodeItem);
  const invalid: InvalidItem[] = [];
  for (const { header, json, problem } of decoded) {
    const problems = problem === undefined ? profileProblems({ header, json }, decoded) : [problem];
    if (problems.length > 0) {
      invalid.push({ type: header.type, problems, header });
    }
  }
  const items = decoded.map(({ header, payload, json }) => ({
    type: header.type,
    header,
    sizeBytes: payload.length,
    envelopeHeader: envelope.header,
    ...(json === undefined ? { bytes: payload } : { json }),
  }));
  return { items, invalid };
}

function decodeItem(item: EnvelopeItem): EnvelopeItem & { json: unknown; problem?: string } {
  if (BINARY_TYPES.has(item.header.type)) {
    return { ...item, json: undefined };
  }
  try {
    return { ...item, json: JSON.parse(item.payload.toString('utf8')) };
  } catch (error) {
    return { ...item, json: undefined, problem: `payload is not JSON: ${(error as Error).message}` };
  }
}
