import type { TransportMakeRequestResponse } from '@sentry/core';
import type { ProfileEncoding } from '../encode/profile-encoding.ts';
import { serializeEnvelope } from '../sdk.ts';
import { type Carrier, endByAnswer, loadOf, type Packer, type Parcel, unmade } from './carrier.ts';
import type { AnyEnvelope, AnyItem } from './profile-items.ts';
import { freshHeader, type Shipment } from './shipment.ts';
import type { SizeLimits } from './size-limits.ts';

/**
 * Hands profiles to a transport that the user brought (an offline store, a multiplexer, a test double), in their envelope,
 * as bytes: any transport that serializes with the SDK passes those through. What it answers with is believed; one that
 * answers with nothing is taken to have accepted the profile.
 *
 * Whether such a transport compresses is not known: the limit of the body is kept before compression.
 */
export class TransportCarrier implements Carrier {
  readonly #send: (envelope: AnyEnvelope) => PromiseLike<TransportMakeRequestResponse>;
  readonly #limits: SizeLimits;

  constructor(
    send: (envelope: AnyEnvelope) => PromiseLike<TransportMakeRequestResponse>,
    limits: SizeLimits,
  ) {
    this.#send = send;
    this.#limits = limits;
  }

  async open(shipment: Shipment): Promise<Packer> {
    const rest = await shipment.rest();
    const objectBytes = shipment.reservation.heldBytes;
    return { pack: (encoding) => this.#pack(shipment, rest, objectBytes, encoding) };
  }

  readonly isFailing = false;

  hurry(): void {}

  endWaiting(): void {}

  close(): void {}

  async #pack(
    shipment: Shipment,
    rest: AnyItem[],
    objectBytes: number,
    encoding: ProfileEncoding,
  ): Promise<Parcel> {
    const itemHeader = { ...shipment.itemHeader, length: encoding.bytes };
    const around: AnyEnvelope = [freshHeader(shipment.envelopeHeader), [...rest, [itemHeader, '']]];
    const aroundBytes = Buffer.byteLength(
      serializeEnvelope(around as Parameters<typeof serializeEnvelope>[0]),
    );
    const { itemBytes, envelopeBytes, requestBytes } = this.#limits;
    const load = Math.max(
      loadOf(encoding.bytes, itemBytes),
      loadOf(encoding.bytes, Math.min(envelopeBytes, requestBytes), aroundBytes),
    );
    if (load > 1) return unmade(load);
    // Objects and bytes are both held until the last of them is written.
    if (!shipment.reservation.resize(objectBytes + encoding.bytes)) {
      shipment.drop('budget');
      return unmade(load);
    }
    const payload = new Uint8Array(encoding.bytes);
    let offset = 0;
    await encoding.writeTo(async (block) => {
      payload.set(block, offset);
      offset += block.length;
    });
    encoding.release();
    const items: AnyItem[] = [...rest, [itemHeader, payload]];
    const sentBytes = aroundBytes + encoding.bytes;
    return {
      load,
      requestBytes: 0,
      heldBytes: encoding.bytes,
      ship: () => void this.#handOver(shipment, items, sentBytes),
    };
  }

  async #handOver(shipment: Shipment, items: AnyItem[], sentBytes: number): Promise<void> {
    try {
      const answer = (await this.#send([freshHeader(shipment.envelopeHeader), items])) ?? {};
      endByAnswer(shipment, answer, sentBytes, this.#limits, 'counted-elsewhere');
    } catch {
      shipment.dropWithRest('network', 'counted-elsewhere', {});
    }
  }
}
