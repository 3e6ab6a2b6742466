import type { Drop, DropReason } from './options.ts';

/** What the ledger writes down of a profile. */
export interface ProfileIdentity {
  readonly id: string;
  readonly format: Drop['format'];
}

/** Counts of the ledger, as the statistics show them. */
export interface LedgerTotals {
  readonly captured: number;
  readonly delivered: number;
  readonly pending: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  readonly droppedTotal: number;
  readonly heldBytes: number;
  readonly peakHeldBytes: number;
  readonly sentBytes: number;
}

/**
 * The one account of what profiling holds. A profile enters with its price in bytes and leaves through one door,
 * delivered or dropped for one reason, so `captured = delivered + dropped + pending` at every moment.
 *
 * `heldBytes <= budgetBytes` holds at every moment, with one exception: an intercepted profile that is alone. It is in memory
 * already when the SDK hands it over, and sending it is the quickest way to be rid of it, be it larger than the whole budget
 * or become so with what is made of it.
 */
export class Ledger {
  readonly budgetBytes: number;
  readonly #onDrop: (drop: Drop) => void;
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  #captured = 0;
  #delivered = 0;
  #droppedTotal = 0;
  #heldBytes = 0;
  #peakHeldBytes = 0;
  #sentBytes = 0;

  constructor(budgetBytes: number, onDrop: (drop: Drop) => void) {
    this.budgetBytes = budgetBytes;
    this.#onDrop = onDrop;
  }

  get freeBytes(): number {
    return this.budgetBytes - this.#heldBytes;
  }

  /** Holds bytes for a profile that has not been intercepted yet. @returns undefined when there is no room */
  hold(expectedBytes: number): Hold | undefined {
    let heldBytes = 0;
    const resize = (bytes: number, mayExceed = false): boolean => {
      // What is expected is an average of many: whole bytes keep the sum exact.
      const to = Math.ceil(bytes);
      if (!mayExceed && to > heldBytes && to - heldBytes > this.freeBytes) return false;
      this.#setHeld(this.#heldBytes - heldBytes + to);
      heldBytes = to;
      return true;
    };
    const hold: Hold = {
      get heldBytes() {
        return heldBytes;
      },
      resize,
      settle: (to) => resize(to, this.#heldBytes === heldBytes),
      release: () => {
        resize(0);
      },
    };
    return resize(expectedBytes) ? hold : undefined;
  }

  /** Enters an intercepted profile. It holds nothing yet: {@link Reservation.resize} says whether there is room. */
  capture(identity: ProfileIdentity): Reservation {
    this.#captured++;
    return new Reservation(identity, {
      resize: (from, to) => {
        const othersBytes = this.#heldBytes - from;
        if (to > from && othersBytes > 0 && othersBytes + to > this.budgetBytes) return false;
        this.#setHeld(othersBytes + to);
        return true;
      },
      deliver: (heldBytes, sentBytes) => {
        this.#heldBytes -= heldBytes;
        this.#delivered++;
        this.#sentBytes += sentBytes;
      },
      drop: (heldBytes, drop) => {
        this.#heldBytes -= heldBytes;
        this.#dropped[drop.reason] = (this.#dropped[drop.reason] ?? 0) + 1;
        this.#droppedTotal++;
        this.#onDrop(drop);
      },
    });
  }

  totals(): LedgerTotals {
    return {
      captured: this.#captured,
      delivered: this.#delivered,
      pending: this.#captured - this.#delivered - this.#droppedTotal,
      dropped: { ...this.#dropped },
      droppedTotal: this.#droppedTotal,
      heldBytes: this.#heldBytes,
      peakHeldBytes: this.#peakHeldBytes,
      sentBytes: this.#sentBytes,
    };
  }

  #setHeld(bytes: number): void {
    this.#heldBytes = bytes;
    this.#peakHeldBytes = Math.max(this.#peakHeldBytes, bytes);
  }
}

/** Bytes held for a profile from its start until it is intercepted. */
export interface Hold {
  readonly heldBytes: number;
  /** @returns false, with nothing changed, if it rises and there is no room */
  resize(bytes: number): boolean;
  /** Sets what it holds now that it has ended: alone, it may exceed the budget. @returns as {@link Hold.resize} does */
  settle(bytes: number): boolean;
  release(): void;
}

/** What a profile, or a part of one, holds until its one end. */
export interface Place {
  readonly identity: ProfileIdentity;
  readonly heldBytes: number;
  /** Size of the item as JSON, or what it is estimated to hold as long as that is not known: for who hears of a drop. */
  itemBytes: number;
  /** Sets the price. @returns false, with nothing changed, if it rises and there is no room */
  resize(bytes: number): boolean;
  /** The server has it. @param sentBytes compressed size of the acknowledged request body */
  deliver(sentBytes: number): void;
  drop(reason: DropReason): void;
}

interface Doors {
  resize(fromBytes: number, toBytes: number): boolean;
  deliver(heldBytes: number, sentBytes: number): void;
  drop(heldBytes: number, drop: Drop): void;
}

/** A profile's place in the ledger, until its one end. */
export class Reservation implements Place {
  readonly identity: ProfileIdentity;
  itemBytes = 0;
  readonly #doors: Doors;
  #heldBytes = 0;
  #isOpen = true;

  constructor(identity: ProfileIdentity, doors: Doors) {
    this.identity = identity;
    this.#doors = doors;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  resize(bytes: number): boolean {
    if (!this.#isOpen || !this.#doors.resize(this.#heldBytes, bytes)) return false;
    this.#heldBytes = bytes;
    return true;
  }

  deliver(sentBytes: number): void {
    if (this.#close()) this.#doors.deliver(this.#heldBytes, sentBytes);
  }

  drop(reason: DropReason): void {
    if (this.#close()) this.#doors.drop(this.#heldBytes, { ...this.identity, reason, bytes: this.itemBytes });
  }

  #close(): boolean {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    return wasOpen;
  }
}
