import type { EventDropReason } from '@sentry/core';
import { messageOf } from '../observe/message-of.ts';
import type { Reporter } from '../observe/reporter.ts';
import type { ProfileEncoding } from '../profile/profile-encoding.ts';
import { serializeEnvelope } from '../sdk.ts';
import { type Carrier, type Consignment, type Parcel, type TooLarge, tightest } from './carrier.ts';
import { outcomeOf } from './fates.ts';
import type { Send } from './hand-on.ts';
import { categoryOf } from './limited-items.ts';
import { type AnyEnvelope, type AnyItem, freshHeader } from './profile-items.ts';
import type { Rest } from './rest.ts';
import type { SizeLimits } from './size-limits.ts';
import { type Ending, NO_UPLOADS, type UploadStats } from './upload.ts';

/**
 * Hands profiles to a transport that the user brought (an offline store, a multiplexer, a test double), in their envelope, as
 * text, because such transports send and store by `serializeEnvelope` or by `JSON.stringify`, and text survives both. Its answer is
 * believed; a transport that answers nothing counts as having accepted the profile.
 *
 * Whether such a transport compresses is not known: the limit of the body is kept before compression.
 */
export class TransportCarrier implements Carrier {
  readonly #send: Send;
  readonly #limits: SizeLimits;
  readonly #reporter: Reporter;
  #active = 0;

  constructor(send: Send, limits: SizeLimits, reporter: Reporter) {
    this.#send = send;
    this.#limits = limits;
    this.#reporter = reporter;
  }

  stow(rest: Rest): boolean {
    return rest.hold();
  }

  async pack(consignment: Consignment, encoding: ProfileEncoding): Promise<Parcel | TooLarge> {
    const { envelopeHeader, rest, shipment } = consignment;
    const itemHeader = { ...consignment.itemHeader, length: encoding.bytes };
    const items = await rest.items();
    const around: AnyEnvelope = [freshHeader(envelopeHeader), [...items, [itemHeader, '']]];
    const aroundBytes = Buffer.byteLength(
      serializeEnvelope(around as Parameters<typeof serializeEnvelope>[0]),
    );
    const { itemBytes, envelopeBytes, requestBytes } = this.#limits;
    const { fillRatio, detail } = tightest([
      { name: 'maxItemBytes', limitBytes: itemBytes, bytes: encoding.bytes },
      {
        name: 'maxEnvelopeBytes',
        limitBytes: envelopeBytes,
        bytes: encoding.bytes,
        othersBytes: aroundBytes,
      },
      { name: 'maxRequestBytes', limitBytes: requestBytes, bytes: encoding.bytes, othersBytes: aroundBytes },
    ]);
    if (fillRatio > 1) return { fits: false, fillRatio, detail };
    // Both the objects and the text are in memory until the text is written.
    const { entry } = shipment;
    if (!entry.resize(entry.heldBytes + encoding.bytes)) {
      const detail = `no room for ${encoding.bytes} bytes of text`;
      shipment.leaveOut('budget', detail);
      return { fits: false, fillRatio: Number.POSITIVE_INFINITY, detail };
    }
    const payload = await writeText(encoding);
    const sentBytes = aroundBytes + encoding.bytes;
    return {
      fits: true,
      fillRatio,
      requestBytes: 0,
      sentBytes,
      heldBytes: encoding.bytes,
      ship: () => this.#handOver(consignment, [...items, [itemHeader, payload]], sentBytes),
    };
  }

  readonly isFlowing = true;

  get stats(): UploadStats {
    return { ...NO_UPLOADS, active: this.#active };
  }

  hurry(): void {}

  endWaiting(): void {}

  close(): void {}

  async #handOver(
    { shipment, envelopeHeader }: Consignment,
    items: AnyItem[],
    sentBytes: number,
  ): Promise<Ending> {
    shipment.leave();
    shipment.mayHaveArrived = true;
    // The SDK's transports report their losses, others do not: only the reports say which kind this is.
    const lost = this.#watchReports(items);
    this.#active++;
    try {
      const answer = (await this.#send([freshHeader(envelopeHeader), items])) ?? {};
      const statusCode: unknown = answer.statusCode;
      if (lost('queue_overflow')) {
        const detail = "the transport's buffer was full";
        return { outcome: 'rejected', mayHaveArrived: false, answer, isReported: true, detail };
      }
      const outcome = outcomeOf(typeof statusCode === 'number' ? statusCode : undefined);
      // A transport that says nothing may have sent nothing.
      if (outcome === 'accepted' && statusCode !== undefined) this.#limits.pass(sentBytes);
      if (outcome === 'oversize') shipment.onRestRefused = this.#limits.refuse(sentBytes);
      const detail = `the transport answered ${String(statusCode ?? 'nothing')}`;
      return { outcome, mayHaveArrived: false, answer, isReported: lost('send_error'), detail };
    } catch (error) {
      const detail = `the transport failed: ${messageOf(error)}`;
      const isReported = lost('network_error');
      return { outcome: 'unanswered', mayHaveArrived: true, isReported, detail };
    } finally {
      this.#active--;
    }
  }

  /** @returns says whether a loss of these items was recorded since */
  #watchReports(items: readonly AnyItem[]): (reason: EventDropReason) => boolean {
    const category = categoryOf(String(items.at(-1)?.[0].type));
    const count = (reason: EventDropReason): number => this.#reporter.reported(reason, category);
    const before = WATCHED.map((reason) => [reason, count(reason)] as const);
    return (reason) => count(reason) > (new Map(before).get(reason) ?? 0);
  }
}

const WATCHED: readonly EventDropReason[] = ['queue_overflow', 'send_error', 'network_error'];

async function writeText(encoding: ProfileEncoding): Promise<string> {
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  await encoding.writeTo(async (block) => void pieces.push(decoder.decode(block, { stream: true })));
  encoding.release();
  return pieces.join('');
}
