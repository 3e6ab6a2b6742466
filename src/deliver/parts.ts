import { randomUUID } from 'node:crypto';
import type { BaseEnvelopeHeaders } from '@sentry/core';
import type { Place } from '../ledger.ts';
import type { DropReason } from '../options.ts';
import type { AnyItem } from './profile-items.ts';
import { type Exits, type Reporting, Shipment } from './shipment.ts';

/** One profile in several envelopes: Relay takes one in each. It counts once, and has arrived when all of them have. */
export class Parts {
  readonly #whole: Shipment;
  readonly #exits: Exits;
  /** What the profile holds from which the parts are made. */
  #objectBytes: number;
  #heldBytes = 0;
  #sentBytes = 0;
  #open = 0;
  #count = 0;
  #isEnded = false;
  #failure: { reason: DropReason; reporting: Reporting } | undefined;

  constructor(whole: Shipment, exits: Exits) {
    this.#whole = whole;
    this.#exits = exits;
    this.#objectBytes = whole.reservation.heldBytes;
    // No single answer is the answer to all.
    whole.release();
  }

  /** How many parts there are. */
  get count(): number {
    return this.#count;
  }

  /** Adds a part. What else is in the envelope travels with the first. */
  add(): Shipment {
    const { itemHeader, envelopeHeader, rest } = this.#whole;
    const isFirst = this.#count === 0;
    // Before it counts as open: a header whose members throw must not leave it open for good.
    const header = isFirst ? envelopeHeader : withOwnId(envelopeHeader);
    this.#count++;
    this.#open++;
    let reporting: Reporting = 'counted-elsewhere';
    const report = (): void => {
      reporting = 'reported';
    };
    const place = this.#place((reason) => {
      this.#failure ??= { reason, reporting };
    });
    const part = new Shipment({ header: itemHeader }, place, [header, []], {
      send: this.#exits.send,
      report,
    });
    // Not before what else was in its envelope has been handed on: a flush that ended then would not wait for that.
    void part.ended.then(() => {
      this.#open--;
      this.#settle();
    });
    // Nobody waits for the answer to a part, which may be a failure to send the rest of the envelope.
    part.response.catch(() => {});
    if (isFirst) {
      part.rest = rest;
      this.#whole.rest = (): AnyItem[] => [];
    }
    return part;
  }

  /** No further part will come. @param failure why not, if not all have come */
  end(failure?: DropReason): void {
    this.#isEnded = true;
    this.#objectBytes = 0;
    if (failure !== undefined) this.#failure ??= { reason: failure, reporting: 'reported' };
    this.#whole.reservation.resize(this.#heldBytes);
    this.#settle();
  }

  #place(onDrop: (reason: DropReason) => void): Place {
    const { reservation } = this.#whole;
    let heldBytes = 0;
    let isOpen = true;
    const resize = (bytes: number): boolean => {
      if (!isOpen) return false;
      const othersBytes = this.#heldBytes - heldBytes;
      if (!reservation.resize(this.#objectBytes + othersBytes + bytes)) return false;
      this.#heldBytes = othersBytes + bytes;
      heldBytes = bytes;
      return true;
    };
    const leave = (): void => {
      resize(0);
      isOpen = false;
    };
    return {
      identity: reservation.identity,
      itemBytes: 0,
      get heldBytes() {
        return heldBytes;
      },
      resize,
      // It counts with the whole.
      capture: () => {},
      release: leave,
      deliver: (sentBytes) => {
        this.#sentBytes += sentBytes;
        leave();
      },
      drop: (reason) => {
        onDrop(reason);
        leave();
      },
    };
  }

  #settle(): void {
    if (!this.#isEnded || this.#open > 0) return;
    if (this.#failure === undefined) this.#whole.deliver(this.#sentBytes, {});
    else this.#whole.drop(this.#failure.reason, this.#failure.reporting);
  }
}

/** Envelopes that the SDK makes have an id each. Nothing says that a header is an object. */
function withOwnId(header: BaseEnvelopeHeaders): BaseEnvelopeHeaders {
  if (!Object.hasOwn(Object(header), 'event_id')) return header;
  return { ...header, event_id: randomUUID().replaceAll('-', '') } as BaseEnvelopeHeaders;
}
