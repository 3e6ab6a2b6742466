import type { Entry, Ledger, ProfileIdentity } from '../ledger.ts';
import type { Reporter } from '../observe/reporter.ts';
import type { ExpectedBytes } from './expected-bytes.ts';

/** Why a profile that the user's own rate had chosen was not taken. */
export type SkipReason = 'rate' | 'budget' | 'active' | 'short';

export interface AdmissionDeps {
  readonly ledger: Ledger;
  readonly expectedBytes: ExpectedBytes;
  readonly format: ProfileIdentity['format'];
  readonly reporter: Reporter;
}

/** Decides by the room in the ledger which profiles may start. */
export class Admission {
  readonly #deps: AdmissionDeps;

  constructor(deps: AdmissionDeps) {
    this.#deps = deps;
  }

  /** Whether a profile that starts now will find room. */
  hasRoom(): boolean {
    return this.#expectedBytes <= this.#deps.ledger.freeBytes;
  }

  /** Enters a profile that starts now. @returns undefined, counted, if there is no room */
  reserve(id: string): Entry | undefined {
    const { ledger, format } = this.#deps;
    const entry = ledger.reserve({ id, format }, this.#expectedBytes);
    if (entry === undefined) this.skip('budget');
    else entry.itemBytes = entry.heldBytes;
    return entry;
  }

  /** Counts a profile that is not taken. */
  skip(reason: SkipReason): false {
    this.#deps.reporter.skip(this.#deps.format, reason);
    return false;
  }

  /** A profile that is expected to be larger than the budget may still run alone, because it may turn out smaller. */
  get #expectedBytes(): number {
    return Math.min(this.#deps.expectedBytes.value, this.#deps.ledger.budgetBytes);
  }
}
