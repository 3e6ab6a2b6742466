import type { BaseEnvelopeHeaders } from '@sentry/core';
import { Deflater, deflateAtOnce, inflateSegment, type Segment, storeText } from '../encode/deflate.ts';
import { type GzipMember, gzipMemberBytes, joinSegments } from '../encode/gzip-member.ts';
import type { ProfileEncoding } from '../encode/profile-encoding.ts';
import { serializeEnvelope, suppressTracing } from '../sdk.ts';
import { type Carrier, endByAnswer, loadOf, type Packer, type Parcel, unmade } from './carrier.ts';
import type { Endpoint } from './endpoint.ts';
import { post } from './post.ts';
import type { AnyItem } from './profile-items.ts';
import type { RateLimits } from './rate-limits.ts';
import { freshHeader, type Shipment } from './shipment.ts';
import type { SizeLimits } from './size-limits.ts';
import { type Outcome, UploadQueue } from './upload-queue.ts';

export interface UploadCarrierOptions {
  readonly limits: SizeLimits;
  readonly rateLimits: RateLimits;
  readonly uploadTimeoutMs: number;
  readonly maxRetryAgeMs: number;
}

/**
 * What a waiting upload takes besides its compressed bytes: small objects and heads of buffers. 1,500 of them, queued beside
 * a silent relay, took 3.2 kB of heap and 0.4 kB of buffers each. Small profiles compress to less.
 */
const WAITING_BYTES = 4 * 1024;

/**
 * Deflates profiles and uploads them itself. What waits is compressed bytes: the other items of the envelope are deflated
 * in a segment of their own, and inflated again in the rare case that they have to go on without their profile.
 */
export class UploadCarrier implements Carrier {
  readonly #endpoint: Endpoint;
  readonly #options: UploadCarrierOptions;
  readonly #queue: UploadQueue;

  constructor(endpoint: Endpoint, options: UploadCarrierOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    this.#queue = new UploadQueue(options.maxRetryAgeMs);
  }

  async open(shipment: Shipment): Promise<Packer> {
    const rest = serializeRest(await shipment.rest());
    const segments = rest.bytes.length > 0 ? [await deflateAtOnce([rest.bytes], 'inner')] : [];
    for (const segment of segments) shipment.rest = restorer(segment, rest.payloads);
    return { pack: (encoding) => this.#pack(shipment, segments, encoding) };
  }

  async #pack(shipment: Shipment, rest: readonly Segment[], encoding: ProfileEncoding): Promise<Parcel> {
    const { limits } = this.#options;
    const itemHeader = `\n${JSON.stringify({ ...shipment.itemHeader, length: encoding.bytes })}\n`;
    const header = storeText(headerLine(shipment.envelopeHeader));
    const aroundBytes = plainBytes([header, ...rest]) + Buffer.byteLength(itemHeader);
    const load = Math.max(
      loadOf(encoding.bytes, limits.itemBytes),
      loadOf(encoding.bytes, limits.envelopeBytes, aroundBytes),
    );
    if (load > 1) return unmade(load);

    const profile = await deflateProfile(itemHeader, encoding);
    const requestBytes = gzipMemberBytes([header, ...rest, profile]);
    return {
      load: Math.max(
        load,
        loadOf(profile.compressedBytes, limits.requestBytes, requestBytes - profile.compressedBytes),
      ),
      requestBytes,
      heldBytes: requestBytes + WAITING_BYTES,
      ship: () => this.#upload(shipment, [...rest, profile]),
    };
  }

  get isFailing(): boolean {
    return this.#queue.isFailing;
  }

  hurry(): void {
    this.#queue.hurry();
  }

  endWaiting(): void {
    this.#queue.endWaiting();
  }

  close(): void {
    this.#queue.close();
    this.#endpoint.close();
  }

  #upload(shipment: Shipment, segments: readonly Segment[]): void {
    const member = (): GzipMember =>
      joinSegments([storeText(headerLine(shipment.envelopeHeader)), ...segments]);
    const { bytes } = member();
    const { rateLimits, limits, uploadTimeoutMs } = this.#options;
    this.#queue.add({
      attempt: (signal) => suppressTracing(() => post(this.#endpoint, member(), uploadTimeoutMs, signal)),
      refusal: () => {
        if (rateLimits.areActive(shipment.categories)) return 'rate-limited';
        return bytes > limits.requestBytes ? 'too-large' : undefined;
      },
      onDelay: () => shipment.release(),
      onEnd: (outcome) => this.#end(shipment, outcome, bytes),
    });
  }

  #end(shipment: Shipment, outcome: Outcome, sentBytes: number): void {
    const { rateLimits, limits } = this.#options;
    switch (outcome.kind) {
      case 'answered':
        rateLimits.learn(outcome.answer);
        endByAnswer(shipment, outcome.answer, sentBytes, limits, 'reported');
        break;
      case 'refused':
        if (outcome.reason === 'too-large') shipment.refuse('reported');
        else shipment.drop(outcome.reason);
        break;
      case 'expired':
      case 'closed': {
        const reason = outcome.kind === 'closed' ? 'shutdown' : 'network';
        // Sent once more, a transaction that has arrived without an answer would stand there twice.
        if (outcome.mayHaveArrived) shipment.dropWithRest(reason, 'reported', {});
        else shipment.drop(reason);
      }
    }
  }
}

function headerLine(header: BaseEnvelopeHeaders): string {
  return JSON.stringify(freshHeader(header));
}

function plainBytes(segments: readonly Segment[]): number {
  return segments.reduce((bytes, segment) => bytes + segment.plainBytes, 0);
}

/** Items as the SDK's own transport would have written them, each after a newline, and where their payloads stand. */
interface SerializedRest {
  readonly bytes: Buffer;
  readonly payloads: readonly { header: AnyItem[0]; start: number; end: number }[];
}

function serializeRest(items: AnyItem[]): SerializedRest {
  const parts: Buffer[] = [];
  const payloads: SerializedRest['payloads'][number][] = [];
  let end = 0;
  for (const item of items) {
    const envelope = serializeEnvelope([{}, [item]] as unknown as Parameters<typeof serializeEnvelope>[0]);
    const part = Buffer.from(envelope as string).subarray('{}'.length);
    const start = end + Buffer.byteLength(`\n${JSON.stringify(item[0])}\n`);
    end += part.length;
    parts.push(part);
    payloads.push({ header: item[0], start, end });
  }
  return { bytes: Buffer.concat(parts), payloads };
}

/** Not by parsing: a payload that is empty, or text without a length, would not come back. */
function restorer(segment: Segment, payloads: SerializedRest['payloads']): () => Promise<AnyItem[]> {
  return async () => {
    const plain = await inflateSegment(segment);
    return payloads.map(({ header, start, end }) => [header, plain.subarray(start, end)]);
  };
}

async function deflateProfile(itemHeader: string, encoding: ProfileEncoding): Promise<Segment> {
  const header = Buffer.from(itemHeader);
  if (encoding.blocks !== undefined) {
    const segment = await deflateAtOnce([header, ...encoding.blocks], 'last');
    encoding.release();
    return segment;
  }
  const deflater = new Deflater('last');
  try {
    await deflater.write(header);
    await encoding.writeTo((block) => deflater.write(block));
    return await deflater.finish();
  } catch (error) {
    deflater.abort();
    throw error;
  }
}
