import type {
  BaseEnvelopeHeaders,
  BaseEnvelopeItemHeaders,
  TransportMakeRequestResponse,
} from '@sentry/core';
import type { Entry } from '../ledger.ts';
import { DATA_CATEGORIES } from '../observe/discard-reasons.ts';
import type { Reporter } from '../observe/reporter.ts';
import type { DropReason } from '../options.ts';
import type { Profile, ProfileFormat } from '../profile/types.ts';
import { survive } from '../survive.ts';
import type { Consignment } from './carrier.ts';
import { type Fate, leftOut } from './fates.ts';
import type { HandOn } from './hand-on.ts';
import { categoryOf } from './limited-items.ts';
import type { AnyEnvelope, ProfileItem } from './profile-items.ts';
import { Rest } from './rest.ts';
import type { Upload } from './upload.ts';

export interface ShipmentDeps {
  readonly handOn: HandOn;
  readonly reporter: Reporter;
}

/**
 * A transaction that goes alone waits so long, in all, for a place in the SDK's transport. One that is older waits as long again, because
 * after an outage many are set free at once.
 */
const WAIT_MS = 1000;

/** Details of an end, besides the fate. */
export interface EndDetails {
  /** Compressed size of the acknowledged request body. */
  readonly sentBytes?: number;
  readonly answer?: TransportMakeRequestResponse;
  /** The cause of a loss, for people. */
  readonly detail?: string;
}

/** A profile on its way to the server, with the other items of its envelope. It ends once. */
export class Shipment {
  readonly entry: Entry;
  readonly format: ProfileFormat;
  readonly envelopeHeader: BaseEnvelopeHeaders;
  readonly itemHeader: BaseEnvelopeItemHeaders;
  /** Resolves when the profile has ended and the other items have left too, so that a flush can wait for both. */
  readonly ended: Promise<void>;
  /** The promise that `send` returns to its caller. */
  readonly response: Promise<TransportMakeRequestResponse>;
  /** The uploads that wait or are under way: one, or one for each part of the profile. */
  readonly uploads: Upload[] = [];
  /** Runs until the transaction goes without the profile. */
  timer: NodeJS.Timeout | undefined;
  /** Whether the pipeline has taken it: then the other items are in the ledger, and may wait. */
  hasWaited = false;
  /** Whether its profile is being encoded, or has been. */
  hasBegun = false;
  /** Whether the server may have it: an attempt is under way, or was sent whole without an answer. */
  mayHaveArrived = false;
  /** Told when the rest, sent alone, was refused for its size: then the profile's size was not to blame. */
  onRestRefused: (() => void) | undefined;
  /** Told when an attempt has got no answer. */
  onNoAnswer: (() => void) | undefined;
  /** Whether uploads are still to come. */
  isPreparing = true;
  readonly #deps: ShipmentDeps;
  readonly #bornMs = performance.now();
  #hasLeft = false;
  #rest: Rest;
  #profile: Profile | undefined;
  #isOpen = true;
  #handingOn: Promise<void> = Promise.resolve();
  #respond!: (response: TransportMakeRequestResponse | PromiseLike<TransportMakeRequestResponse>) => void;
  #markEnded!: () => void;

  constructor(item: ProfileItem, entry: Entry, [header, items]: AnyEnvelope, deps: ShipmentDeps) {
    this.entry = entry;
    this.format = item.identity.format;
    this.envelopeHeader = header;
    this.itemHeader = item.header;
    this.#rest = new Rest(items, entry);
    this.#profile = item.payload;
    this.#deps = deps;
    this.response = new Promise((resolve) => {
      this.#respond = resolve;
    });
    // Nobody may be waiting for it.
    this.response.catch(() => {});
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve;
    });
  }

  /** The other items of the envelope. */
  get rest(): Rest {
    return this.#rest;
  }

  /** Whether an attempt has been made to send it. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** An attempt is made to send it. */
  leave(): void {
    if (!this.#hasLeft && !this.#rest.isEmpty) this.#deps.reporter.left(this.#ageMs);
    this.#hasLeft = true;
  }

  get #ageMs(): number {
    return performance.now() - this.#bornMs;
  }

  /** All of it in one envelope. */
  get whole(): Consignment {
    const { envelopeHeader, itemHeader, rest } = this;
    return { shipment: this, envelopeHeader, itemHeader, rest };
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether nothing of it can go on before a failure is over. */
  get isParked(): boolean {
    if (this.isPreparing || !this.#isOpen || this.uploads.length === 0) return false;
    for (const { isParked } of this.uploads) if (!isParked) return false;
    return true;
  }

  /** The profile, once: nothing here holds it afterwards. */
  takeProfile(): Profile {
    const profile = this.#profile as Profile;
    this.#profile = undefined;
    return profile;
  }

  /** Lets the caller of `send` go: as long as it waits, the SDK holds the transaction's objects. */
  release(): void {
    this.#respond({});
  }

  /** Sends the other items ahead of the profile, because its parts get several envelopes and the items belong to none of them. */
  sendRestAhead(): void {
    this.release();
    this.#handOn();
  }

  /** Ends it, once: later calls change nothing. */
  end({ profile, rest, report }: Fate, { sentBytes = 0, answer = {}, detail = '' }: EndDetails): void {
    if (!this.#close()) return;
    if (profile === 'delivered') this.entry.deliver(sentBytes);
    else this.#drop(profile, report, detail);
    if (rest === 'alone') this.#handOn();
    else this.#rest.release();
    this.#finish(answer);
  }

  /** Ends it for a profile that never left. @param detail the cause, for people */
  leaveOut(reason: DropReason, detail: string): void {
    this.end(leftOut(reason), { detail });
  }

  /** Ends it for a profile that turned out to be none: nothing is counted. */
  skip(): void {
    if (!this.#close()) return;
    this.entry.release();
    this.#handOn();
    this.#finish({});
  }

  #close(): boolean {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    this.#profile = undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const upload of this.uploads.splice(0)) upload.remove();
    return wasOpen;
  }

  #drop(reason: DropReason, report: Fate['report'], detail: string): void {
    const { reporter } = this.#deps;
    if (report !== 'nothing') reporter.lose(reason, [DATA_CATEGORIES[this.format]]);
    if (report === 'all') reporter.lose(reason, this.#rest.types.map(categoryOf));
    this.entry.drop(reason, detail);
  }

  #handOn(): void {
    const rest = this.#rest;
    if (rest.isEmpty) return;
    this.#rest = new Rest([], this.entry);
    const patienceMs = this.hasWaited ? Math.max(this.#ageMs, WAIT_MS - this.#ageMs) : 0;
    this.#handingOn = this.#deps.handOn.add(this.envelopeHeader, rest, patienceMs).then(({ answer }) => {
      if (!this.#hasLeft) this.#deps.reporter.left(this.#ageMs);
      this.#respond(answer);
      answer.then(
        (known) => survive(() => known?.statusCode === 413 && this.onRestRefused?.()),
        () => {},
      );
    });
  }

  #finish(answer: TransportMakeRequestResponse): void {
    void this.#handingOn.then(() => {
      this.#respond(answer);
      this.#markEnded();
    });
  }
}
