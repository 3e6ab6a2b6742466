import type { IncomingMessage } from 'node:http';
import type { ParsedEnvelope } from './envelope.ts';
import { type Examination, receive } from './examine.ts';
import type { InvalidItem, ReceivedItem, RequestRecord, Totals } from './records.ts';

/** Everything a relay has seen, and nothing about how it answers. */
export class Journal {
  readonly requests: RequestRecord[] = [];
  readonly items: ReceivedItem[] = [];
  readonly invalid: InvalidItem[] = [];
  readonly protocolErrors: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly totals: Totals = { requests: 0, bytesCompressed: 0, bytesDecompressed: 0, status: {} };
  readonly #keepItems: boolean;
  readonly #onItem: ((item: ReceivedItem) => void) | undefined;

  constructor(keepItems: boolean, onItem?: (item: ReceivedItem) => void) {
    this.#keepItems = keepItems;
    this.#onItem = onItem;
  }

  open(request: IncomingMessage): RequestRecord {
    const record: RequestRecord = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      receivedAtMs: Date.now(),
      bytesCompressed: 0,
      bytesDecompressed: 0,
      items: [],
      aborted: false,
    };
    this.requests.push(record);
    this.totals.requests++;
    return record;
  }

  read(record: RequestRecord, count: number): void {
    record.bytesCompressed += count;
    this.totals.bytesCompressed += count;
  }

  examined(record: RequestRecord, { bytesDecompressed, envelope }: Examination): void {
    record.bytesDecompressed = bytesDecompressed;
    this.totals.bytesDecompressed += bytesDecompressed;
    if (envelope !== undefined) {
      record.envelopeHeader = envelope.header;
      record.items = envelope.items.map(({ header, payload }) => ({
        type: header.type,
        sizeBytes: payload.length,
      }));
    }
  }

  /** Counts the envelope as received; returns the number of items in it that Relay would drop. */
  take(envelope: ParsedEnvelope): number {
    const { items, invalid } = receive(envelope);
    for (const item of items) {
      this.counts[item.type] = (this.counts[item.type] ?? 0) + 1;
      this.#onItem?.(item);
    }
    if (this.#keepItems) {
      this.items.push(...items);
    }
    this.invalid.push(...invalid);
    return invalid.length;
  }

  answered(record: RequestRecord, status: number): void {
    record.status = status;
    this.totals.status[status] = (this.totals.status[status] ?? 0) + 1;
  }

  describe(): string {
    const { totals, counts, invalid, protocolErrors } = this;
    const errors = this.requests.flatMap(({ error }) => error ?? []).slice(-5);
    return `so far ${JSON.stringify({ totals, counts, invalid: invalid.length, errors, protocolErrors })}`;
  }
}
