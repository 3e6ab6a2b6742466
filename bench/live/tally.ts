import type { ReceivedItem } from '../../test/support/relay/index.ts';
import type { Interval } from './messages.ts';

interface Transaction {
  readonly event_id: string;
}

interface Profile {
  readonly transaction: { readonly id: string };
}

interface Chunk {
  readonly profile: { readonly samples: readonly { readonly timestamp: number }[] };
}

/** Counts received items without keeping them. */
export class Tally {
  readonly chunks: Interval[] = [];
  readonly #transactions = new Set<string>();
  readonly #profiled = new Set<string>();

  /** Profiles whose transaction has arrived too. */
  get profiles(): number {
    return [...this.#profiled].filter((id) => this.#transactions.has(id)).length;
  }

  add({ type, json }: ReceivedItem): void {
    if (type === 'transaction') this.#transactions.add((json as Transaction).event_id);
    if (type === 'profile') this.#profiled.add((json as Profile).transaction.id);
    if (type === 'profile_chunk') this.chunks.push(intervalOf(json as Chunk));
  }
}

function intervalOf({ profile: { samples } }: Chunk): Interval {
  // No spread: a chunk of a minute has more samples than a call may have arguments.
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { timestamp } of samples) {
    from = Math.min(from, timestamp);
    to = Math.max(to, timestamp);
  }
  return [from * 1000, to * 1000];
}
