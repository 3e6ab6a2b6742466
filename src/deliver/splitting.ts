import { type ProfileEncoding, prepareEncoding } from '../encode/profile-encoding.ts';
import type { Slices } from '../encode/slices.ts';
import type { DropReason } from '../options.ts';
import type { CompactProfile } from '../profile/compact.ts';
import { PartEnds } from '../profile/part-ends.ts';
import { readColumns } from '../profile/sample-columns.ts';
import { cutSteps, sliceTimeline, timelineOf } from '../profile/split.ts';
import type { Carrier, Packer, Parcel } from './carrier.ts';
import type { Parts } from './parts.ts';
import type { Shipment } from './shipment.ts';
import type { SizeLimits } from './size-limits.ts';

/** How full a part is meant to be: how many samples fit is judged by the part before. */
const AIM = 0.9;

export interface SplittingParts {
  readonly slices: Slices;
  readonly carrier: Carrier;
  readonly limits: SizeLimits;
  /** Sends what fits. @returns whether it was refused all the same: then the part is still open */
  readonly ship: (part: Shipment, parcel: Parcel, encoding: ProfileEncoding) => Promise<boolean>;
}

/** Sends one chunk as several that fit, each a stretch of its time: nothing is lost. */
export class Splitting {
  readonly #parts: Parts;
  readonly #options: SplittingParts;
  /** A part that has no profile yet. */
  #empty: { readonly shipment: Shipment; readonly packer: Packer } | undefined;

  constructor(parts: Parts, options: SplittingParts) {
    this.#parts = parts;
    this.#options = options;
  }

  /**
   * @param wholeLoad of the chunk: above 1
   * @returns false if the smallest part turned out to be over a limit: then what comes after it is not sent
   */
  async send(chunk: CompactProfile, wholeLoad: number): Promise<boolean> {
    const { slices, limits, ship } = this.#options;
    const columns = await slices.run(readColumns(chunk, slices));
    const timeline = timelineOf(columns);
    const { length } = columns;
    const ends = new PartEnds(timeline, chunk);
    let size = nextSize(length, wholeLoad);
    for (let start = 0; start < length; ) {
      const end = ends.endAfter(start, size);
      const slice = sliceTimeline(timeline, start, end);
      const piece = await slices.run(cutSteps(chunk, columns, slice, slices));
      const encoding = await prepareEncoding(piece.profile, slices);
      const { shipment, packer } = await this.#openPart();
      const parcel = await packer.pack(encoding);
      const isRefused = parcel.load <= 1 && (await ship(shipment, parcel, encoding));
      size = nextSize(end - start, Math.max(parcel.load, parcel.requestBytes / limits.requestBytes));
      if (parcel.load <= 1 && !isRefused) {
        this.#empty = undefined;
        start = end;
      } else if (end === ends.endAfter(start, 1)) return false;
    }
    return true;
  }

  /** No further part will be sent. @param failure why not, if not all have been */
  end(failure?: DropReason): void {
    if (failure !== undefined) this.#empty?.shipment.drop(failure);
    this.#parts.end(failure);
  }

  async #openPart(): Promise<{ readonly shipment: Shipment; readonly packer: Packer }> {
    if (this.#empty === undefined) {
      const shipment = this.#parts.add();
      try {
        this.#empty = { shipment, packer: await this.#options.carrier.open(shipment) };
      } catch (error) {
        shipment.drop('malformed');
        throw error;
      }
    }
    return this.#empty;
  }
}

/** How many samples the next part gets. What all parts repeat may be most of them: one that had room leads to a larger one. */
function nextSize(size: number, load: number): number {
  const aim = (size * AIM) / load;
  return load < AIM ? Math.ceil(aim) : Math.max(1, Math.floor(aim));
}
