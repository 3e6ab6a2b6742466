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
 * The other items of a profile's envelope, as a rule its transaction. This class alone owns them, as objects or as compressed
 * bytes, and enters their size in the ledger, because they wait as long as the profile does.
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

  /** The types of the items, which give their data categories. */
  get types(): string[] {
    const headers = this.#places.length > 0 ? this.#places : this.#items.map(([header]) => ({ header }));
    return headers.map(({ header }) => String(header.type));
  }

  /** Enters their size in the ledger and keeps the objects. @returns false if there is no room */
  hold(): boolean {
    return this.#entry.holdRest(serialize(this.#items).plain.length);
  }

  /** Starts to compress the items. @returns false, with nothing changed, if there is no room */
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

  /** The compressed items, as a part of the request body. */
  async segments(): Promise<Segment[]> {
    return this.#deflating === undefined ? [] : [await this.#deflating];
  }

  /** The items again. Not by parsing, because an empty payload, or text without a length, would get lost. */
  async items(): Promise<AnyItem[]> {
    if (this.#deflating === undefined) return this.#items;
    const plain = this.#plain ?? (await inflateSegment(await this.#deflating));
    return this.#places.map(({ header, start, end }) => [header, plain.subarray(start, end)]);
  }

  /** Lets go of the items: they are sent, or lost. */
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
