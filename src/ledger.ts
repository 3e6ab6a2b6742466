import type { Drop, DropReason } from './options.ts';

/** A profile as the ledger knows it. */
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
  readonly reservedBytes: number;
  readonly peakHeldBytes: number;
  readonly sentBytes: number;
}

/**
 * The one account of what profiling holds. A profile has one entry, from its mark to its end: delivered, or dropped for one
 * reason. So `captured = delivered + dropped + pending` at every moment.
 *
 * `heldBytes <= budgetBytes` holds at every moment, with one exception: an intercepted profile that is alone. It is in memory
 * already when the SDK hands it over, and sending it is the quickest way to be rid of it, be it larger than the whole budget
 * or become so while it is encoded.
 */
export class Ledger {
  #budgetBytes: number;
  #wantedBudgetBytes: number;
  readonly #onDrop: (drop: Drop) => void;
  readonly #onDeliver: (identity: ProfileIdentity, sentBytes: number) => void;
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  #captured = 0;
  #delivered = 0;
  #droppedTotal = 0;
  #heldBytes = 0;
  #sharedBytes = 0;
  #reservedBytes = 0;
  #peakHeldBytes = 0;
  #sentBytes = 0;

  constructor(
    budgetBytes: number,
    onDrop: (drop: Drop) => void,
    onDeliver: (identity: ProfileIdentity, sentBytes: number) => void = () => {},
  ) {
    this.#budgetBytes = budgetBytes;
    this.#wantedBudgetBytes = budgetBytes;
    this.#onDrop = onDrop;
    this.#onDeliver = onDeliver;
  }

  /** The bound in force, in bytes. */
  get budgetBytes(): number {
    return this.#budgetBytes;
  }

  /**
   * Sets the bound. If more is held than a lower bound allows, the bound falls step by step as bytes are released, because nothing is
   * dropped for it.
   */
  set budgetBytes(bytes: number) {
    this.#wantedBudgetBytes = bytes;
    this.#followBudget();
  }

  get freeBytes(): number {
    return this.budgetBytes - this.#heldBytes;
  }

  /** Bytes that are held for profiles that have not been captured yet. */
  get reservedBytes(): number {
    return this.#reservedBytes;
  }

  /** Enters a profile that is to be recorded. @returns undefined when there is no room */
  reserve(identity: ProfileIdentity, expectedBytes: number): Entry | undefined {
    const entry = this.enter(identity);
    return entry.resize(expectedBytes) ? entry : undefined;
  }

  /** Enters a profile that holds nothing yet: {@link Entry.resize} says whether there is room. */
  enter(identity: ProfileIdentity): Entry {
    return new Entry(identity, {
      resize: (from, to, isCaptured) => {
        const othersBytes = this.#heldBytes - from;
        const isAlone = isCaptured && othersBytes === this.#sharedBytes;
        if (to > from && !isAlone && othersBytes + to > this.budgetBytes) return false;
        if (!isCaptured) this.#reservedBytes += to - from;
        this.#setHeld(othersBytes + to);
        return true;
      },
      capture: (heldBytes) => {
        this.#captured++;
        this.#reservedBytes -= heldBytes;
      },
      deliver: (sentBytes) => {
        this.#delivered++;
        this.#sentBytes += sentBytes;
        this.#onDeliver(identity, sentBytes);
      },
      drop: (drop) => {
        this.#dropped[drop.reason] = (this.#dropped[drop.reason] ?? 0) + 1;
        this.#droppedTotal++;
        this.#onDrop(drop);
      },
    });
  }

  /** Sets the bytes that all profiles hold together: the recording that they are cut from. @returns false if it rises and there is no room */
  holdShared(bytes: number): boolean {
    const to = Math.ceil(bytes);
    if (to > this.#sharedBytes && to - this.#sharedBytes > this.freeBytes) return false;
    this.#setHeld(this.#heldBytes - this.#sharedBytes + to);
    this.#sharedBytes = to;
    return true;
  }

  totals(): LedgerTotals {
    return {
      captured: this.#captured,
      delivered: this.#delivered,
      pending: this.#captured - this.#delivered - this.#droppedTotal,
      dropped: { ...this.#dropped },
      droppedTotal: this.#droppedTotal,
      heldBytes: this.#heldBytes,
      reservedBytes: this.#reservedBytes,
      peakHeldBytes: this.#peakHeldBytes,
      sentBytes: this.#sentBytes,
    };
  }

  #setHeld(bytes: number): void {
    this.#heldBytes = bytes;
    this.#peakHeldBytes = Math.max(this.#peakHeldBytes, bytes);
    this.#followBudget();
  }

  #followBudget(): void {
    const leastBytes = Math.min(this.#heldBytes, this.#budgetBytes);
    this.#budgetBytes = Math.max(this.#wantedBudgetBytes, leastBytes);
  }
}

interface Doors {
  resize(fromBytes: number, toBytes: number, isCaptured: boolean): boolean;
  capture(heldBytes: number): void;
  deliver(sentBytes: number): void;
  drop(drop: Drop): void;
}

/** A profile's place in the ledger, until its one end. The other items of its envelope may stay for longer. */
export class Entry {
  readonly identity: ProfileIdentity;
  /** Size of the item as JSON, or an estimate of its memory as long as that is not known. A drop tells it. */
  itemBytes = 0;
  readonly #doors: Doors;
  #heldBytes = 0;
  #restBytes = 0;
  #isCaptured = false;
  #isOpen = true;

  constructor(identity: ProfileIdentity, doors: Doors) {
    this.identity = identity;
    this.#doors = doors;
  }

  /** Bytes that the profile holds. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Sets the bytes that the profile holds. @returns false, with nothing changed, if it rises and there is no room */
  resize(bytes: number): boolean {
    return this.#isOpen && this.#set(Math.ceil(bytes), this.#restBytes);
  }

  /** Sets the bytes that the other items of the envelope hold, after the profile's end too. @returns as `resize` */
  holdRest(bytes: number): boolean {
    return this.#set(this.#heldBytes, bytes);
  }

  /** Counts the profile, once: from here on it is delivered, dropped, or pending. */
  capture(): void {
    if (this.#isCaptured || !this.#isOpen) return;
    this.#doors.capture(this.#heldBytes + this.#restBytes);
    this.#isCaptured = true;
  }

  /** Gives its place back, if it was not captured: nothing is counted. */
  release(): void {
    if (!this.#isCaptured) this.#close();
  }

  /** The server has it. @param sentBytes compressed size of the acknowledged request body */
  deliver(sentBytes: number): void {
    this.capture();
    if (this.#close()) this.#doors.deliver(sentBytes);
  }

  /** @param detail the cause, for people */
  drop(reason: DropReason, detail: string): void {
    this.capture();
    if (this.#close()) this.#doors.drop({ ...this.identity, reason, bytes: this.itemBytes, detail });
  }

  #close(): boolean {
    const wasOpen = this.#isOpen;
    this.resize(0);
    this.#isOpen = false;
    return wasOpen;
  }

  /** Sets both, in whole bytes, because an expected size is an average and the sum has to be exact. */
  #set(heldBytes: number, restBytes: number): boolean {
    const from = this.#heldBytes + this.#restBytes;
    if (!this.#doors.resize(from, heldBytes + restBytes, this.#isCaptured)) return false;
    this.#heldBytes = heldBytes;
    this.#restBytes = restBytes;
    return true;
  }
}
