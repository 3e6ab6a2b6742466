import type { ProfileEncoding } from '../encode/profile-encoding.ts';
import type { Slices } from '../encode/slices.ts';
import type { DropReason } from '../options.ts';
import type { CompactProfile } from '../profile/compact.ts';
import type { Carrier, Packer, Parcel } from './carrier.ts';
import { Parts } from './parts.ts';
import type { Exits, Shipment } from './shipment.ts';
import type { SizeLimits } from './size-limits.ts';
import { Splitting } from './splitting.ts';
import { type ThinningLoss, thin } from './thinning.ts';

export interface FitParts {
  readonly slices: Slices;
  readonly carrier: Carrier;
  readonly limits: SizeLimits;
  readonly exits: Exits;
  readonly onShip: (encoding: ProfileEncoding, parcel: Parcel) => void;
  readonly onSplit: (id: string, parts: number) => void;
  readonly onThin: (id: string, loss: ThinningLoss) => void;
  /** Told what went wrong with a profile. @returns why it is dropped */
  readonly onFailure: (error: unknown) => DropReason;
}

/** How long a chunk that is larger than all that has passed is kept to be split, should it be refused. */
const PROOF_MS = 2000;

/** Sends profiles within the limits: whole if they fit, or else chunks in parts and profiles of transactions thinned. */
export class Fit {
  readonly #parts: FitParts;

  constructor(parts: FitParts) {
    this.#parts = parts;
  }

  async send(shipment: Shipment, profile: CompactProfile, encoding: ProfileEncoding): Promise<void> {
    const { carrier, limits, onFailure } = this.#parts;
    const { reservation } = shipment;
    const isChunk = reservation.identity.format === 'chunk';
    try {
      const packer = await carrier.open(shipment);
      const parcel = await packer.pack(encoding);
      if (!shipment.isOpen) return;
      if (parcel.load === Number.POSITIVE_INFINITY) shipment.drop('too-large');
      else if (parcel.load <= 1) {
        const isRefused = await this.#ship(shipment, parcel, encoding, reservation.heldBytes);
        if (isRefused) await this.#sendInParts(shipment, profile, parcel.requestBytes / limits.requestBytes);
      } else if (isChunk) await this.#sendInParts(shipment, profile, parcel.load);
      else await this.#sendThinned(shipment, profile, parcel.load, packer);
    } catch (error) {
      shipment.drop(onFailure(error));
    }
  }

  async #sendInParts(shipment: Shipment, profile: CompactProfile, load: number): Promise<void> {
    const { exits, onSplit, onFailure } = this.#parts;
    const parts = new Parts(shipment, exits);
    const splitting = new Splitting(parts, {
      ...this.#parts,
      // The objects are held for the whole.
      ship: (part, parcel, encoding) => this.#ship(part, parcel, encoding, 0),
    });
    try {
      const isWhole = await splitting.send(profile, load);
      splitting.end(isWhole ? undefined : 'too-large');
      if (isWhole) onSplit(shipment.reservation.identity.id, parts.count);
    } catch (error) {
      splitting.end(onFailure(error));
    }
  }

  async #sendThinned(
    shipment: Shipment,
    profile: CompactProfile,
    load: number,
    packer: Packer,
  ): Promise<void> {
    const { slices, onThin } = this.#parts;
    const thinned = await thin(profile, load, packer, slices);
    if (thinned === undefined) {
      shipment.drop('too-large');
      return;
    }
    await this.#ship(shipment, thinned.parcel, thinned.encoding, 0);
    if (shipment.isOpen) onThin(shipment.reservation.identity.id, thinned.loss);
  }

  /**
   * Sends a parcel. A chunk whose size is in doubt is kept until it is answered.
   *
   * @param objectBytes what is held then of the profile that smaller ones can be made of
   * @returns whether it was refused for its size: then it is still open
   */
  async #ship(
    shipment: Shipment,
    parcel: Parcel,
    encoding: ProfileEncoding,
    objectBytes: number,
  ): Promise<boolean> {
    const { reservation } = shipment;
    const isKept = this.#isInDoubt(shipment, parcel) && reservation.resize(objectBytes + parcel.heldBytes);
    if (!isKept && !reservation.resize(parcel.heldBytes)) {
      shipment.drop('budget');
      return false;
    }
    this.#parts.onShip(encoding, parcel);
    shipment.hasShipped = true;
    if (!isKept) {
      parcel.ship();
      return false;
    }
    const hasBeenRefused = await isRefused(shipment, parcel);
    if (shipment.isOpen) reservation.resize(hasBeenRefused ? objectBytes : parcel.heldBytes);
    return hasBeenRefused;
  }

  #isInDoubt({ reservation }: Shipment, { requestBytes }: Parcel): boolean {
    const { limits, carrier } = this.#parts;
    const isChunk = reservation.identity.format === 'chunk';
    return isChunk && !limits.isProven(requestBytes) && !carrier.isFailing;
  }
}

/** Sends a chunk and keeps it at hand for a while. @returns whether it was refused for its size: then it is still open */
async function isRefused(shipment: Shipment, parcel: Parcel): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve) => {
      shipment.onRefused = () => resolve(true);
      void shipment.ended.then(() => resolve(false));
      timer = setTimeout(resolve, PROOF_MS, false).unref();
      parcel.ship();
    });
  } finally {
    clearTimeout(timer);
    shipment.onRefused = undefined;
  }
}
