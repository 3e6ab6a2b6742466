import type {
  BaseEnvelopeHeaders,
  BaseEnvelopeItemHeaders,
  EnvelopeItemType,
  EventDropReason,
  TransportMakeRequestResponse,
} from '@sentry/core';
import type { Place } from '../ledger.ts';
import { DATA_CATEGORIES, DISCARD_REASONS } from '../observe/discard-reasons.ts';
import type { DropReason } from '../options.ts';
import type { Profile, ProfileFormat } from '../profile/types.ts';
import { envelopeItemTypeToDataCategory } from '../sdk.ts';
import type { AnyEnvelope, AnyItem, ProfileItem } from './profile-items.ts';

/** The ways on for what is not, or no longer, ours. */
export interface Exits {
  /** The transport below ours. */
  send(envelope: AnyEnvelope): PromiseLike<TransportMakeRequestResponse>;
  /** Records a dropped profile in Sentry's client reports. */
  report(discardReason: EventDropReason, category: string): void;
}

/** Whether a drop goes into the client report: not if somebody else, the server or a transport, has counted it. */
export type Reporting = 'reported' | 'counted-elsewhere';

/**
 * Relay limits chunks as `profile_chunk`; a limit on `profile` is honoured for them too, as the SDK reports them as that.
 */
function categoriesOf(format: ProfileFormat, rest: readonly AnyItem[]): string[] {
  const own = format === 'chunk' ? ['profile_chunk', 'profile'] : ['profile'];
  return [...own, ...rest.map(([header]) => envelopeItemTypeToDataCategory(header.type as EnvelopeItemType))];
}

/** The server takes what lies between `sent_at` and now for the drift of a clock, and corrects all times by it. */
export function freshHeader(header: BaseEnvelopeHeaders): BaseEnvelopeHeaders {
  return { ...header, sent_at: new Date().toISOString() } as BaseEnvelopeHeaders;
}

/** A profile on its way to the server, with what travels in its envelope. It ends once. */
export class Shipment {
  readonly reservation: Place;
  readonly envelopeHeader: BaseEnvelopeHeaders;
  readonly itemHeader: BaseEnvelopeItemHeaders;
  /** Data categories of all that travels, to be looked up in the rate limits. */
  readonly categories: readonly string[];
  /** Comes true when the shipment has ended and what was left of its envelope has been handed on. */
  readonly ended: Promise<void>;
  /** What `send` returns to whoever called it. */
  readonly response: Promise<TransportMakeRequestResponse>;
  /** Gets the other items of the envelope (the transaction of a profile) back from wherever they are. */
  rest: () => AnyItem[] | Promise<AnyItem[]>;
  /** Whether a carrier has all of it. */
  hasShipped = false;
  /** Set while the profile is still at hand, to be made smaller: told when it was refused for its size. */
  onRefused: (() => void) | undefined;
  #profile: Profile | undefined;
  readonly #exits: Exits;
  #isOpen = true;
  #respond!: (response: TransportMakeRequestResponse | PromiseLike<TransportMakeRequestResponse>) => void;
  #markEnded!: () => void;

  constructor(
    item: Pick<ProfileItem, 'header'> & Partial<ProfileItem>,
    reservation: Place,
    [header, rest]: AnyEnvelope,
    exits: Exits,
  ) {
    this.reservation = reservation;
    this.envelopeHeader = header;
    this.itemHeader = item.header;
    this.categories = categoriesOf(reservation.identity.format, rest);
    this.rest = () => rest;
    this.#profile = item.payload;
    this.#exits = exits;
    this.response = new Promise((resolve) => {
      this.#respond = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
  }

  /** The profile, once: nothing here holds it afterwards. */
  takeProfile(): Profile {
    const profile = this.#profile as Profile;
    this.#profile = undefined;
    return profile;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Lets the caller of `send` go: as long as it waits, the SDK holds the transaction's objects. */
  release(): void {
    this.#respond({});
  }

  /** @param sentBytes compressed size of the acknowledged request body */
  deliver(sentBytes: number, response: TransportMakeRequestResponse): void {
    if (!this.#close()) return;
    this.reservation.deliver(sentBytes);
    this.#respond(response);
    this.#markEnded();
  }

  /** The server has refused it for its size. @param reporting whether the drop goes into the client report */
  refuse(reporting: Reporting): void {
    if (this.onRefused !== undefined && reporting === 'reported') this.onRefused();
    else this.drop('too-large', reporting);
  }

  /** Takes the profile out and sends the rest of the envelope on without it: a profile never costs a transaction. */
  drop(reason: DropReason, reporting: Reporting = 'reported'): void {
    if (!this.#close()) return;
    this.#countDrop(reason, reporting);
    void this.#sendRest();
  }

  /** Sends the rest of the envelope on without a profile that turned out to be none: nothing is counted. */
  skip(): void {
    if (!this.#close()) return;
    this.reservation.release();
    void this.#sendRest();
  }

  /** Drops the profile where the rest of the envelope has shared its fate already. */
  dropWithRest(reason: DropReason, reporting: Reporting, response: TransportMakeRequestResponse): void {
    if (!this.#close()) return;
    this.#countDrop(reason, reporting);
    this.#respond(response);
    this.#markEnded();
  }

  #close(): boolean {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    this.#profile = undefined;
    return wasOpen;
  }

  #countDrop(reason: DropReason, reporting: Reporting): void {
    const { format } = this.reservation.identity;
    if (reporting === 'reported') this.#exits.report(DISCARD_REASONS[reason], DATA_CATEGORIES[format]);
    this.reservation.drop(reason);
  }

  async #sendRest(): Promise<void> {
    try {
      const source = this.rest();
      const rest = Array.isArray(source) ? source : await source;
      const response =
        rest.length > 0 ? this.#exits.send([freshHeader(this.envelopeHeader), rest]) : Promise.resolve({});
      this.#respond(response);
      // Whoever called `send` may have been let go before: then nobody else listens to a failure.
      response.then(undefined, () => {});
    } catch {
      this.#respond({});
    }
    this.#markEnded();
  }
}
