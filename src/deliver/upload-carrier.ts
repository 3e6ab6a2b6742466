import type { BaseEnvelopeHeaders } from '@sentry/core';
import { Deflater, deflateAtOnce, deflateText, inflateSegment, type Segment } from '../encode/deflate.ts';
import { gzipMemberBytes, joinSegments } from '../encode/gzip-member.ts';
import type { ProfileEncoding } from '../encode/profile-encoding.ts';
import { parseEnvelope, serializeEnvelope, suppressTracing } from '../sdk.ts';
import { type Carrier, endByAnswer, type SizeLimits } from './carrier.ts';
import type { Endpoint } from './endpoint.ts';
import { post } from './post.ts';
import type { AnyItem } from './profile-items.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Shipment } from './shipment.ts';
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
    const itemHeader = `\n${JSON.stringify({ ...shipment.itemHeader, length: encoding.bytes })}\n`;
    const headerBytes = Buffer.byteLength(headerLine(shipment.envelopeHeader));
    const envelopeBytes = headerBytes + rest.length + Buffer.byteLength(itemHeader) + encoding.bytes;
    if (envelopeBytes > limits.envelopeBytes) return shipment.drop('too-large');

    const [restSegment, profileSegment] = await Promise.all([
      deflateAtOnce([rest], 'inner'),
      deflateProfile(itemHeader, encoding),
    ]);
    const segments = rest.length > 0 ? [restSegment, profileSegment] : [profileSegment];
    if (rest.length > 0) shipment.rest = async () => parseRest(await inflateSegment(restSegment));

    const requestBytes = gzipMemberBytes(segments) + headerBytes + DEFLATE_OVERHEAD_BYTES;
    if (requestBytes > limits.requestBytes) return shipment.drop('too-large');
    if (!shipment.reservation.resize(requestBytes)) return shipment.drop('budget');
    this.#upload(shipment, segments);
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
        shipment.drop('network');
        break;
      case 'closed':
        // Sent a second time, the transaction could arrive twice.
        if (outcome.mayHaveArrived) shipment.dropWithRest('shutdown', 'reported', {});
        else shipment.drop('shutdown');
    }
  }
}

/** `sent_at` belongs to the attempt: the server corrects the clock's drift with it. */
function headerLine(header: BaseEnvelopeHeaders): string {
  return JSON.stringify({ ...header, sent_at: new Date().toISOString() });
}

/** The items as the SDK's own transport would have written them, each after a newline. */
function serializeRest(items: AnyItem[]): Buffer {
  if (items.length === 0) return Buffer.alloc(0);
  const envelope = serializeEnvelope([EMPTY_HEADER, items] as unknown as Parameters<
    typeof serializeEnvelope
  >[0]);
  const bytes = typeof envelope === 'string' ? Buffer.from(envelope) : Buffer.from(envelope);
  return bytes.subarray(JSON.stringify(EMPTY_HEADER).length);
}

function parseRest(rest: Buffer): AnyItem[] {
  const envelope = parseEnvelope(Buffer.concat([Buffer.from(JSON.stringify(EMPTY_HEADER)), rest]));
  return envelope[1] as AnyItem[];
}

const EMPTY_HEADER = {};

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
