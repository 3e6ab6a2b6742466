import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TransportMakeRequestResponse } from '@sentry/core';
import { type ProfileEncoding, prepareEncoding, SMALL_BYTES } from '../encode/profile-encoding.ts';
import type { Slices } from '../encode/slices.ts';
import type { Ledger } from '../ledger.ts';
import type { DropReason } from '../options.ts';
import { type CompactProfile, compactSteps } from '../profile/compact.ts';
import { estimateHeldBytes } from '../profile/price.ts';
import { MalformedProfileError } from '../profile/types.ts';
import type { Carrier } from './carrier.ts';
import { Fit, type FitParts } from './fit.ts';
import type { AnyEnvelope, ProfileItem } from './profile-items.ts';
import type { RateLimits } from './rate-limits.ts';
import { type Exits, Shipment } from './shipment.ts';
import type { SizeLimits } from './size-limits.ts';

/** The parts that a pipeline is made of. */
export interface PipelineParts {
  readonly ledger: Ledger;
  readonly slices: Slices;
  readonly carrier: Carrier;
  readonly rateLimits: RateLimits;
  readonly limits: SizeLimits;
  readonly exits: Exits;
  readonly onSplit: FitParts['onSplit'];
  readonly onThin: FitParts['onThin'];
  /** The profile of this id has been intercepted. @returns how many bytes of JSON it has been made smaller by before */
  readonly claim: (id: string) => number;
  /** Told what went wrong with a profile that could not be encoded. */
  readonly onMalformed: (error: unknown) => void;
}

/** How often an unlimited wait looks whether the server can still be reached. */
const FAILURE_CHECK_MS = 50;

/** Takes profiles from interception to their carrier: one is encoded at a time, the others wait their turn. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #fit: Fit;
  readonly #waiting: Shipment[] = [];
  readonly #underWay = new Set<Shipment>();
  /**
   * Leaves the async context of whoever sent the envelope: work for one profile goes on in that of another, and sockets
   * and timers would keep a request's context alive (getsentry/sentry-javascript#20174).
   */
  readonly #detached = AsyncLocalStorage.snapshot();
  #isEncoding = false;
  #isClosed = false;
  #originalBytes = 0;
  #encodedBytes = 0;
  /** What has been encoded and is not yet compressed, or handed over. */
  #carriedBytes = 0;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#fit = new Fit({
      ...parts,
      onShip: ({ bytes }) => {
        this.#encodedBytes += bytes;
      },
      onFailure: (error) => this.#failureOf(error),
    });
  }

  /** Bytes of the profiles that were encoded, as `JSON.stringify` would have had them, and of those that were sent, as they are. */
  get bytes(): { original: number; encoded: number } {
    return { original: this.#originalBytes, encoded: this.#encodedBytes };
  }

  /**
   * Takes over an envelope whose profiles, one or more, have been taken out.
   *
   * @param items the profiles. The first travels with the rest of its envelope; Relay refuses an envelope with more than
   *   one (`check_envelope_size_limits`), so each further one gets an envelope of its own
   */
  accept(
    [header, rest]: AnyEnvelope,
    items: readonly ProfileItem[],
  ): PromiseLike<TransportMakeRequestResponse> {
    const shipments = items.map((item, i) => this.#admit(item, [header, i === 0 ? rest : []]));
    return (shipments[0] as Shipment).response;
  }

  /**
   * Tries at once what waits to be tried again. Comes true when all that is under way now has ended, or false after the
   * timeout. Without a timeout, as soon as the server can't be reached.
   */
  async settle(timeoutMs: number | undefined): Promise<boolean> {
    if (this.isIdle) return true;
    this.#parts.carrier.hurry();
    const all = Promise.all(Array.from(this.#underWay, (shipment) => shipment.ended)).then(() => true);
    let timer: NodeJS.Timeout | undefined;
    // Not unref'd: somebody waits for this promise, and a process that exits meanwhile would never answer.
    const end = new Promise<boolean>((resolve) => {
      if (timeoutMs) timer = setTimeout(() => resolve(false), timeoutMs);
      else timer = setInterval(() => this.#parts.carrier.isFailing && resolve(false), FAILURE_CHECK_MS);
    });
    const isSettled = await Promise.race([all, end]);
    clearTimeout(timer);
    return isSettled;
  }

  get isIdle(): boolean {
    return this.#underWay.size === 0;
  }

  /** Ends what is not being sent yet: its transactions are handed on, while there is time to send them. */
  giveUp(): void {
    this.#isClosed = true;
    this.#parts.slices.stop();
    for (const shipment of this.#waiting.splice(0)) shipment.drop('shutdown');
    this.#parts.carrier.endWaiting();
  }

  /** Breaks off what is being sent. */
  cutOff(): void {
    this.giveUp();
    this.#parts.carrier.close();
  }

  /** Ends everything that is under way, before this returns: nothing that comes later is counted any more. */
  close(): void {
    this.cutOff();
    for (const shipment of this.#underWay) {
      // What was being sent may have arrived; what never was can't have.
      if (shipment.hasShipped) shipment.dropWithRest('shutdown', 'reported', {});
      else shipment.drop('shutdown');
    }
  }

  #admit(item: ProfileItem, envelope: AnyEnvelope): Shipment {
    const { ledger, exits, claim } = this.#parts;
    const shipment = new Shipment(item, ledger.capture(item.identity), envelope, exits);
    shipment.savedBytes = claim(item.identity.id);
    this.#underWay.add(shipment);
    void shipment.ended.then(() => this.#underWay.delete(shipment));
    const refusal = this.#refusalOf(shipment, item);
    if (refusal !== undefined) shipment.drop(refusal);
    else {
      this.#waiting.push(shipment);
      if (!this.#isEncoding) void this.#detached(() => this.#encodeWaiting());
    }
    return shipment;
  }

  #refusalOf({ reservation, categories }: Shipment, { payload }: ProfileItem): DropReason | undefined {
    if (this.#isClosed) return 'shutdown';
    try {
      reservation.itemBytes = estimateHeldBytes(payload);
    } catch (error) {
      this.#tell(error);
      return 'malformed';
    }
    if (this.#parts.rateLimits.areActive(categories)) return 'rate-limited';
    return reservation.resize(reservation.itemBytes) ? undefined : 'budget';
  }

  async #encodeWaiting(): Promise<void> {
    this.#isEncoding = true;
    // A turn of the event loop first: what sent the envelope goes on before encoding begins.
    await nextTurn();
    for (let shipment = this.#waiting.shift(); shipment !== undefined; shipment = this.#waiting.shift()) {
      await this.#encode(shipment);
    }
    this.#isEncoding = false;
  }

  async #encode(shipment: Shipment): Promise<void> {
    const { slices } = this.#parts;
    try {
      const { profile, savedBytes } = await slices.run(compactSteps(shipment.takeProfile(), slices));
      if (profile.profile.samples.length === 0) {
        throw new MalformedProfileError(
          'Expected at least one sample, without which Relay refuses a profile',
        );
      }
      const encoding = await prepareEncoding(profile, slices);
      shipment.reservation.itemBytes = encoding.bytes;
      this.#originalBytes += encoding.bytes + savedBytes + shipment.savedBytes;
      const sent = this.#send(shipment, profile, encoding);
      // While zlib works on what is small, the next one is encoded.
      if (encoding.blocks === undefined || this.#carriedBytes > SMALL_BYTES) await sent;
    } catch (error) {
      shipment.drop(this.#failureOf(error));
    }
  }

  async #send(shipment: Shipment, profile: CompactProfile, encoding: ProfileEncoding): Promise<void> {
    this.#carriedBytes += encoding.bytes;
    await this.#fit.send(shipment, profile, encoding);
    this.#carriedBytes -= encoding.bytes;
  }

  #failureOf(error: unknown): DropReason {
    if (this.#isClosed) return 'shutdown';
    this.#tell(error);
    return 'malformed';
  }

  #tell(error: unknown): void {
    try {
      this.#parts.onMalformed(error);
    } catch {
      // What was thrown can't be printed.
    }
  }
}
