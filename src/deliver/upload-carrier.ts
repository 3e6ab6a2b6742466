import type { BaseEnvelopeHeaders } from '@sentry/core';
import { Deflater, deflateAtOnce, deflateText, inflateSegment, type Segment } from '../encode/deflate.ts';
import { gzipMemberBytes, joinSegments } from '../encode/gzip-member.ts';
import type { ProfileEncoding } from '../encode/profile-encoding.ts';
import { serializeEnvelope, suppressTracing } from '../sdk.ts';
import { type Carrier, endByAnswer, type SizeLimits } from './carrier.ts';
import type { Endpoint } from './endpoint.ts';
import { post } from './post.ts';
import type { AnyItem } from './profile-items.ts';
import type { RateLimits } from './rate-limits.ts';
import { freshHeader, type Shipment } from './shipment.ts';
import { type Outcome, UploadQueue } from './upload-queue.ts';

export interface UploadCarrierOptions {
  readonly limits: SizeLimits;
  readonly rateLimits: RateLimits;
  readonly uploadTimeoutMs: number;
  readonly maxRetryAgeMs: number;
}

/** Deflate never makes a text longer than by a few bytes of block header, and five of flush. */
const DEFLATE_OVERHEAD_BYTES = 16;

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

  async carry(shipment: Shipment, encoding: ProfileEncoding): Promise<void> {
    const { limits } = this.#options;
    const rest = serializeRest(await shipment.rest());
    const restBytes = rest.bytes.length;
    const itemHeader = `\n${JSON.stringify({ ...shipment.itemHeader, length: encoding.bytes })}\n`;
    const headerBytes = Buffer.byteLength(headerLine(shipment.envelopeHeader));
    const envelopeBytes = headerBytes + restBytes + Buffer.byteLength(itemHeader) + encoding.bytes;
    if (envelopeBytes > limits.envelopeBytes) return shipment.drop('too-large');

    const [restSegments, profileSegment] = await Promise.all([
      Promise.all(restBytes > 0 ? [deflateAtOnce([rest.bytes], 'inner')] : []),
      deflateProfile(itemHeader, encoding),
    ]);
    const segments = [...restSegments, profileSegment];
    for (const segment of restSegments) shipment.rest = restorer(segment, rest.payloads);

    const requestBytes = gzipMemberBytes(segments) + headerBytes + DEFLATE_OVERHEAD_BYTES;
    if (requestBytes > limits.requestBytes) return shipment.drop('too-large');
    if (!shipment.reservation.resize(requestBytes + WAITING_BYTES)) return shipment.drop('budget');
    this.#upload(shipment, segments);
  }

  get isFailing(): boolean {
    return this.#queue.isFailing;
  }

  endWaiting(): void {
    this.#queue.endWaiting();
  }

  close(): void {
    this.#queue.close();
    this.#endpoint.close();
  }

  #upload(shipment: Shipment, segments: readonly Segment[]): void {
    let sentBytes = 0;
    this.#queue.add({
      attempt: (signal) => {
        const body = joinSegments([deflateText(headerLine(shipment.envelopeHeader)), ...segments]);
        sentBytes = body.bytes;
        return suppressTracing(() => post(this.#endpoint, body, this.#options.uploadTimeoutMs, signal));
      },
      isLimited: () => this.#options.rateLimits.areActive(shipment.categories),
      onDelay: () => shipment.release(),
      onEnd: (outcome) => this.#end(shipment, outcome, sentBytes),
    });
  }

  #end(shipment: Shipment, outcome: Outcome, sentBytes: number): void {
    switch (outcome.kind) {
      case 'answered':
        this.#options.rateLimits.learn(outcome.answer);
        endByAnswer(shipment, outcome.answer, sentBytes, 'reported');
        break;
      case 'limited':
        shipment.drop('rate-limited');
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
  if (encoding.blocks !== undefined) return deflateAtOnce([header, ...encoding.blocks], 'last');
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
