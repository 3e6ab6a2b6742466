import { randomUUID } from 'node:crypto';
import type { BaseEnvelopeHeaders } from '@sentry/core';
import type { CompactProfile } from '../profile/compact.ts';
import { PartEnds } from '../profile/part-ends.ts';
import { type ProfileEncoding, prepareEncoding } from '../profile/profile-encoding.ts';
import { readColumns } from '../profile/sample-columns.ts';
import { cutStretch, stretchOf, timelineOf } from '../profile/split.ts';
import type { Consignment, Parcel } from './carrier.ts';
import { fateOf, fateOfEnding, type Loss } from './fates.ts';
import type { FitDeps } from './fit.ts';
import { isRefused } from './proof.ts';
import type { Shipment } from './shipment.ts';
import type { Ending } from './upload.ts';

/** How full a part is meant to be: how many samples fit is judged by the part before. */
const AIM = 0.9;

/**
 * Sends one chunk as several that fit, each a stretch of its time in an envelope of its own: nothing is lost. It counts once, and has
 * arrived when all parts have.
 */
export class Splitting {
  readonly #shipment: Shipment;
  readonly #deps: FitDeps;
  readonly #endings: Promise<void>[] = [];
  /** Bytes that the chunk's objects hold, and bytes that the parts on their way hold. */
  #objectBytes: number;
  #partBytes = 0;
  #sentBytes = 0;
  #failure: Ending | undefined;

  constructor(shipment: Shipment, deps: FitDeps) {
    this.#shipment = shipment;
    this.#deps = deps;
    this.#objectBytes = shipment.entry.heldBytes;
  }

  /**
   * Comes true when all parts are on their way, or no other can be.
   *
   * @param wholeFillRatio of the chunk: above 1
   */
  async send(chunk: CompactProfile, wholeFillRatio: number): Promise<void> {
    this.#shipment.sendRestAhead();
    const failure = await this.#sendParts(chunk, wholeFillRatio);
    this.#objectBytes = 0;
    this.#hold(0);
    this.#shipment.isPreparing = false;
    this.#deps.onPrepared();
    void Promise.all(this.#endings).then(() => this.#end(failure));
  }

  /** @returns why not all parts have been sent */
  async #sendParts(chunk: CompactProfile, wholeFillRatio: number): Promise<Loss | undefined> {
    const { carrier, limits } = this.#deps;
    const slicer = this.#deps.slicer.whileWanted(() => this.#shipment.isOpen);
    const columns = await slicer.run(readColumns(chunk, slicer));
    const timeline = timelineOf(columns);
    const { length } = columns;
    const ends = new PartEnds(timeline, chunk);
    let size = nextSize(length, wholeFillRatio);
    for (let start = 0; start < length && this.#shipment.isOpen; ) {
      const end = ends.endAfter(start, size);
      const stretch = stretchOf(timeline, start, end);
      const part = await slicer.run(cutStretch(chunk, columns, stretch, slicer));
      const encoding = await prepareEncoding(part.profile, slicer);
      const packed = await carrier.pack(this.#consign(), encoding);
      if (packed.fits && !this.#hold(packed.heldBytes)) {
        return { reason: 'budget', detail: `no room for a part of ${packed.heldBytes} bytes` };
      }
      const isRefused = packed.fits && (await this.#ship(packed, encoding));
      const requestFillRatio = packed.fits ? packed.requestBytes / limits.requestBytes : 0;
      size = nextSize(end - start, Math.max(packed.fillRatio, requestFillRatio));
      if (packed.fits && !isRefused) start = end;
      else if (end === ends.endAfter(start, 1)) {
        return { reason: 'too-large', detail: `one sample: ${packed.fits ? 'HTTP 413' : packed.detail}` };
      }
    }
    return undefined;
  }

  /** Envelopes that the SDK makes have an id each. */
  #consign(): Consignment {
    const { envelopeHeader, ...whole } = this.#shipment.whole;
    const isFirst = this.#endings.length === 0;
    return { ...whole, envelopeHeader: isFirst ? envelopeHeader : withOwnId(envelopeHeader) };
  }

  /** @returns whether it was refused for its size */
  async #ship(parcel: Parcel, encoding: ProfileEncoding): Promise<boolean> {
    const { limits, carrier, onShip } = this.#deps;
    onShip(this.#shipment, encoding);
    const ending = parcel.ship();
    const isInDoubt = !limits.isProven(parcel.requestBytes) && carrier.isFlowing;
    if (isInDoubt && (await isRefused(this.#shipment, ending))) {
      this.#hold(-parcel.heldBytes);
      return true;
    }
    this.#endings.push(ending.then((known) => this.#arrive(parcel, known)));
    return false;
  }

  #arrive({ sentBytes, heldBytes }: Parcel, ending: Ending): void {
    this.#hold(-heldBytes);
    if (ending.outcome === 'accepted') this.#sentBytes += sentBytes;
    else this.#failure ??= ending;
  }

  #hold(changeBytes: number): boolean {
    const partBytes = this.#partBytes + changeBytes;
    if (!this.#shipment.entry.resize(this.#objectBytes + partBytes)) return false;
    this.#partBytes = partBytes;
    return true;
  }

  #end(loss: Loss | undefined): void {
    const failure = this.#failure;
    if (loss !== undefined) this.#shipment.leaveOut(loss.reason, loss.detail);
    else if (failure === undefined) {
      this.#shipment.end(fateOf('accepted', false), { sentBytes: this.#sentBytes });
      this.#deps.reporter.split(this.#shipment.entry.identity.id, this.#endings.length);
    } else {
      this.#shipment.end(fateOfEnding(failure), { detail: failure.detail });
    }
  }
}

/** How many samples the next part gets. All parts repeat some bytes, maybe most of them, so a part that had room leads to a larger one. */
function nextSize(size: number, fillRatio: number): number {
  const aim = (size * AIM) / fillRatio;
  return fillRatio < AIM ? Math.ceil(aim) : Math.max(1, Math.floor(aim));
}

/** Nothing says that a header is an object. */
function withOwnId(header: BaseEnvelopeHeaders): BaseEnvelopeHeaders {
  if (!Object.hasOwn(Object(header), 'event_id')) return header;
  return { ...header, event_id: randomUUID().replaceAll('-', '') } as BaseEnvelopeHeaders;
}
