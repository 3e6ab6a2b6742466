import { deflateAtOnce, inflateSegment, type Segment } from '../encode/deflate.ts';
import type { Entry } from '../ledger.ts';
import { serializeEnvelope } from '../sdk.ts';
import type { AnyItem } from './profile-items.ts';

/** Where an item stands among the plain bytes. */
interface Place {
  readonly header: AnyItem[0];
  readonly start: number;
  readonly end: number;
}

/**
 * What travels with a profile in its envelope: its transaction, as a rule. Here is its one owner, whatever form it has, and
 * what it takes is held in the profile's place in the ledger.
 */
export class Rest {
  readonly #entry: Entry;
  #items: AnyItem[];
  #plain: Buffer | undefined;
  #places: readonly Place[] = [];
  #deflating: Promise<Segment> | undefined;
  #isGone = false;

  constructor(items: AnyItem[], entry: Entry) {
    this.#items = items;
    this.#entry = entry;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0 && this.#places.length === 0;
  }

  /** Data categories come from these. */
  get types(): string[] {
    const headers = this.#places.length > 0 ? this.#places : this.#items.map(([header]) => ({ header }));
    return headers.map(({ header }) => String(header.type));
  }

  /** Enters what it takes, and keeps the objects. @returns false if there is no room */
  hold(): boolean {
    return this.#entry.holdRest(serialize(this.#items).plain.length);
  }

  /** Makes it small, which goes on for a while after this has returned. @returns false, with nothing changed, if there is no room */
  shrink(): boolean {
    if (this.isEmpty) return true;
    const { plain, places } = serialize(this.#items);
    if (!this.#entry.holdRest(plain.length)) return false;
    this.#plain = plain;
    this.#deflating = deflateAtOnce([plain], 'inner').then((segment) => {
      if (!this.#isGone) this.#entry.holdRest(segment.compressedBytes);
      this.#plain = undefined;
      return segment;
    });
    this.#deflating.catch(() => {});
    this.#places = places;
    this.#items = [];
    return true;
  }

  /** As part of a compressed body. */
  async segments(): Promise<Segment[]> {
    return this.#deflating === undefined ? [] : [await this.#deflating];
  }

  /** As items again. Not by parsing: a payload that is empty, or text without a length, would not come back. */
  async items(): Promise<AnyItem[]> {
    if (this.#deflating === undefined) return this.#items;
    const plain = this.#plain ?? (await inflateSegment(await this.#deflating));
    return this.#places.map(({ header, start, end }) => [header, plain.subarray(start, end)]);
  }

  /** Somebody else has it, or nobody will. */
  release(): void {
    if (this.isEmpty) return;
    this.#isGone = true;
    this.#entry.holdRest(0);
  }
}

/** Items as the SDK's own transport would have written them, each after a newline, and where their payloads stand. */
function serialize(items: readonly AnyItem[]): { plain: Buffer; places: Place[] } {
  const parts: Buffer[] = [];
  const places: Place[] = [];
  let end = 0;
  for (const item of items) {
    const envelope = serializeEnvelope([{}, [item]] as unknown as Parameters<typeof serializeEnvelope>[0]);
    const part = Buffer.from(envelope as string).subarray('{}'.length);
    const start = end + Buffer.byteLength(`\n${JSON.stringify(item[0])}\n`);
    end += part.length;
    parts.push(part);
    places.push({ header: item[0], start, end });
  }
  return { plain: Buffer.concat(parts), places };
}
