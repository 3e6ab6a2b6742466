import type { TransportMakeRequestResponse } from '@sentry/core';
import type { ProfileEncoding } from '../encode/profile-encoding.ts';
import { serializeEnvelope } from '../sdk.ts';
import { type Carrier, endByAnswer, type SizeLimits } from './carrier.ts';
import type { AnyEnvelope } from './profile-items.ts';
import { freshHeader, type Shipment } from './shipment.ts';

/**
 * Hands profiles to a transport that the user brought (an offline store, a multiplexer, a test double), in their envelope,
 * as bytes: any transport that serializes with the SDK passes those through. What it answers with is believed; one that
 * answers with nothing is taken to have accepted the profile.
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

  async carry(shipment: Shipment, encoding: ProfileEncoding): Promise<void> {
    const rest = await shipment.rest();
    const itemHeader = { ...shipment.itemHeader, length: encoding.bytes };
    const around: AnyEnvelope = [shipment.envelopeHeader, [...rest, [itemHeader, '']]];
    const aroundBytes = Buffer.byteLength(
      serializeEnvelope(around as Parameters<typeof serializeEnvelope>[0]),
    );
    if (aroundBytes + encoding.bytes > this.#limits.envelopeBytes) return shipment.drop('too-large');
    // Objects and bytes are both held until the last of them is written.
    const { reservation } = shipment;
    if (!reservation.resize(reservation.heldBytes + encoding.bytes)) return shipment.drop('budget');

    const payload = new Uint8Array(encoding.bytes);
    let offset = 0;
    await encoding.writeTo(async (block) => {
      payload.set(block, offset);
      offset += block.length;
    });
    reservation.resize(encoding.bytes);
    void this.#handOver(
      shipment,
      [freshHeader(shipment.envelopeHeader), [...rest, [itemHeader, payload]]],
      payload.length,
    );
  }

  readonly isFailing = false;

  endWaiting(): void {}

  close(): void {}

  async #handOver(shipment: Shipment, envelope: AnyEnvelope, payloadBytes: number): Promise<void> {
    try {
      endByAnswer(shipment, (await this.#send(envelope)) ?? {}, payloadBytes, 'counted-elsewhere');
    } catch {
      shipment.dropWithRest('network', 'counted-elsewhere', {});
    }
  }
}
