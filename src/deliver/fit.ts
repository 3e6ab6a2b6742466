import type { TransportMakeRequestResponse } from '@sentry/core';
import type { Reporter } from '../observe/reporter.ts';
import type { TimeSlicer } from '../pace/time-slicer.ts';
import type { CompactProfile } from '../profile/compact.ts';
import type { ProfileEncoding } from '../profile/profile-encoding.ts';
import type { Carrier, Parcel, TooLarge } from './carrier.ts';
import { fateOfEnding } from './fates.ts';
import { categoryOf } from './limited-items.ts';
import { isRefused } from './proof.ts';
import type { Shipment } from './shipment.ts';
import type { SizeLimits } from './size-limits.ts';
import { Splitting } from './splitting.ts';
import { thin } from './thinning.ts';
import type { Ending } from './upload.ts';

export interface FitDeps {
  readonly slicer: TimeSlicer;
  readonly carrier: Carrier;
  readonly limits: SizeLimits;
  readonly reporter: Reporter;
  /** Told of each encoding that is sent. */
  readonly onShip: (shipment: Shipment, encoding: ProfileEncoding) => void;
  /** Told when no uploads of a shipment are still to come: those that there are may be waiting for an outage to be over. */
  readonly onPrepared: () => void;
}

/** Sends profiles within the limits: whole if they fit, or else chunks in parts and profiles of transactions thinned. */
export class Fit {
  readonly #deps: FitDeps;

  constructor(deps: FitDeps) {
    this.#deps = deps;
  }

  /** Comes true when all of it is on its way, or has ended: from then on nothing here holds the profile. */
  async send(shipment: Shipment, profile: CompactProfile, encoding: ProfileEncoding): Promise<void> {
    const { carrier, limits } = this.#deps;
    const objectBytes = shipment.entry.heldBytes;
    const packed = await carrier.pack(shipment.whole, encoding);
    if (!shipment.isOpen) return;
    if (packed.fits) {
      if (!(await this.#sendWhole(shipment, packed, encoding, objectBytes))) return;
      await this.#sendInParts(shipment, profile, packed.requestBytes / limits.requestBytes);
    } else if (packed.fillRatio === Number.POSITIVE_INFINITY) shipment.leaveOut('too-large', packed.detail);
    else if (shipment.format === 'chunk') await this.#sendInParts(shipment, profile, packed.fillRatio);
    else await this.#sendThinned(shipment, profile, packed);
  }

  /** @returns whether it was refused for its size while the profile was at hand: then it is still open */
  async #sendWhole(
    shipment: Shipment,
    parcel: Parcel,
    encoding: ProfileEncoding,
    objectBytes: number,
  ): Promise<boolean> {
    const { entry } = shipment;
    const isKept = this.#isInDoubt(shipment, parcel) && entry.resize(objectBytes + parcel.heldBytes);
    if (!isKept && !entry.resize(parcel.heldBytes)) {
      shipment.leaveOut('budget', `no room for ${parcel.heldBytes} bytes`);
      return false;
    }
    this.#deps.onShip(shipment, encoding);
    const ending = parcel.ship();
    shipment.isPreparing = false;
    this.#deps.onPrepared();
    if (isKept) {
      shipment.isPreparing = await isRefused(shipment, ending);
      entry.resize(shipment.isPreparing ? objectBytes : parcel.heldBytes);
      if (shipment.isPreparing) return true;
    }
    void ending.then((known) => this.#conclude(shipment, known, parcel.sentBytes));
    return false;
  }

  #conclude(shipment: Shipment, ending: Ending, sentBytes: number): void {
    const fate = fateOfEnding(ending);
    if (ending.isReported && fate.rest === 'alone') {
      this.#deps.reporter.recover('too-large', shipment.rest.types.map(categoryOf));
    }
    const { answer, detail } = ending;
    shipment.end(fate, { sentBytes, answer: answer as TransportMakeRequestResponse, detail });
  }

  async #sendThinned(
    shipment: Shipment,
    profile: CompactProfile,
    { fillRatio, detail }: TooLarge,
  ): Promise<void> {
    const { slicer, carrier, reporter } = this.#deps;
    const { entry } = shipment;
    const objectBytes = entry.heldBytes;
    const wanted = slicer.whileWanted(() => shipment.isOpen);
    const thinned = await thin(profile, fillRatio, wanted, (encoding) => {
      entry.resize(objectBytes);
      return carrier.pack(shipment.whole, encoding);
    });
    if (!thinned?.packed.fits) shipment.leaveOut('too-large', `nothing useful would be left: ${detail}`);
    else if (shipment.isOpen) {
      await this.#sendWhole(shipment, thinned.packed, thinned.encoding, 0);
      if (shipment.isOpen) reporter.thin(entry.identity.id, thinned.loss);
    }
  }

  #sendInParts(shipment: Shipment, profile: CompactProfile, fillRatio: number): Promise<void> {
    return new Splitting(shipment, this.#deps).send(profile, fillRatio);
  }

  #isInDoubt({ format }: Shipment, { requestBytes }: Parcel): boolean {
    const { limits, carrier } = this.#deps;
    return format === 'chunk' && !limits.isProven(requestBytes) && carrier.isFlowing;
  }
}
