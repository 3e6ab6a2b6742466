import type { BaseEnvelopeHeaders } from '@sentry/core';
import { Deflater, deflateAtOnce, type Segment, storeText } from '../encode/deflate.ts';
import { type GzipMember, gzipMemberBytes, joinSegments } from '../encode/gzip-member.ts';
import type { Reporter } from '../observe/reporter.ts';
import type { ProfileEncoding } from '../profile/profile-encoding.ts';
import { suppressTracing } from '../sdk.ts';
import { type Carrier, type Consignment, type Parcel, type TooLarge, tightest } from './carrier.ts';
import type { Endpoint } from './endpoint.ts';
import { outcomeOf } from './fates.ts';
import { post } from './post.ts';
import { freshHeader } from './profile-items.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Rest } from './rest.ts';
import type { SizeLimits } from './size-limits.ts';
import type { Ending, Upload, UploadStats } from './upload.ts';
import { UploadQueue } from './upload-queue.ts';

export interface UploadCarrierOptions {
  readonly limits: SizeLimits;
  readonly rateLimits: RateLimits;
  readonly uploadTimeoutMs: number;
  readonly maxRetryAgeMs: number;
  readonly reporter: Reporter;
  /** Told when uploads were parked, or go on. */
  readonly onChange: () => void;
}

/**
 * Memory of a waiting upload besides its compressed bytes: small objects and heads of buffers. 4,500 of them, queued beside a silent
 * relay, took 8.7 kB of heap and buffers each, objects of the test included. Small profiles compress to less than this.
 */
const WAITING_BYTES = 8 * 1024;

/** Deflates profiles and uploads them itself. A waiting profile is held as compressed segments, which are joined into one body. */
export class UploadCarrier implements Carrier {
  readonly #endpoint: Endpoint;
  readonly #options: UploadCarrierOptions;
  readonly #queue: UploadQueue;

  constructor(endpoint: Endpoint, options: UploadCarrierOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
    const { maxRetryAgeMs, reporter, onChange } = options;
    this.#queue = new UploadQueue(maxRetryAgeMs, {
      onChange,
      onDown: (error) => reporter.tell('uploads', `Uploads are failing (${error}): profiles wait`),
      onUp: () => reporter.tell('uploads', 'Uploads pass again'),
    });
  }

  stow(rest: Rest): boolean {
    return rest.shrink();
  }

  async pack(consignment: Consignment, encoding: ProfileEncoding): Promise<Parcel | TooLarge> {
    const { limits } = this.#options;
    const rest = await consignment.rest.segments();
    const itemHeader = `\n${JSON.stringify({ ...consignment.itemHeader, length: encoding.bytes })}\n`;
    const header = storeText(headerLine(consignment.envelopeHeader));
    const aroundBytes = plainBytes([header, ...rest]) + Buffer.byteLength(itemHeader);
    const { bytes } = encoding;
    const plain = [
      { name: 'maxItemBytes', limitBytes: limits.itemBytes, bytes },
      { name: 'maxEnvelopeBytes', limitBytes: limits.envelopeBytes, bytes, othersBytes: aroundBytes },
    ];
    const expanded = tightest(plain);
    if (expanded.fillRatio > 1) return { fits: false, ...expanded };

    const profile = await deflateProfile(itemHeader, encoding);
    const requestBytes = gzipMemberBytes([header, ...rest, profile]);
    const { compressedBytes } = profile;
    const request = {
      name: 'maxRequestBytes',
      limitBytes: limits.requestBytes,
      bytes: compressedBytes,
      othersBytes: requestBytes - compressedBytes,
    };
    const { fillRatio, detail } = tightest([...plain, request]);
    if (fillRatio > 1) return { fits: false, fillRatio, detail };
    return {
      fits: true,
      fillRatio,
      requestBytes,
      sentBytes: requestBytes,
      heldBytes: compressedBytes + header.compressedBytes + WAITING_BYTES,
      ship: () => this.#upload(consignment, [...rest, profile], requestBytes),
    };
  }

  get stats(): UploadStats {
    return this.#queue.stats;
  }

  get isFlowing(): boolean {
    return this.#queue.isFlowing;
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

  async #upload(
    { shipment, envelopeHeader, rest }: Consignment,
    segments: readonly Segment[],
    bytes: number,
  ): Promise<Ending> {
    const { rateLimits, limits, reporter, uploadTimeoutMs } = this.#options;
    const member = (): GzipMember => joinSegments([storeText(headerLine(envelopeHeader)), ...segments]);
    const upload: Upload = {
      attempt: async (signal) => {
        shipment.leave();
        const body = member();
        const { mayHaveArrived } = shipment;
        shipment.mayHaveArrived = true;
        const result = await suppressTracing(() => post(this.#endpoint, body, uploadTimeoutMs, signal));
        if (result.statusCode !== undefined) rateLimits.learn(result);
        else {
          shipment.mayHaveArrived = mayHaveArrived || result.wasSent;
          shipment.release();
          shipment.onNoAnswer?.();
        }
        return result;
      },
      foresee: () => {
        if (rateLimits.areActiveFor(shipment.format, rest.types)) {
          return { outcome: 'limited', detail: 'a rate limit is active' };
        }
        const { requestBytes } = limits;
        if (bytes <= requestBytes) return undefined;
        return { outcome: 'oversize', detail: `${bytes} bytes, learned limit ${requestBytes}` };
      },
      conclude: ({ statusCode }) => {
        const outcome = outcomeOf(statusCode);
        if (outcome === 'accepted') limits.pass(bytes);
        else if (outcome === 'oversize') {
          shipment.onRestRefused = limits.refuse(bytes);
          const { requestBytes } = limits;
          if (requestBytes < bytes) {
            reporter.tell('limit', `A body of ${bytes} bytes was refused: at most ${requestBytes} for a day`);
          }
        }
        return outcome;
      },
      isParked: false,
      get isCancelled() {
        return !shipment.isOpen;
      },
      remove: () => this.#queue.remove(upload),
    };
    shipment.uploads.push(upload);
    const queued = this.#queue.add(upload);
    if (upload.isParked) shipment.release();
    const ending = await queued;
    const place = shipment.uploads.indexOf(upload);
    if (place >= 0) shipment.uploads.splice(place, 1);
    return ending;
  }
}

function headerLine(header: BaseEnvelopeHeaders): string {
  return JSON.stringify(freshHeader(header));
}

function plainBytes(segments: readonly Segment[]): number {
  return segments.reduce((bytes, segment) => bytes + segment.plainBytes, 0);
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
