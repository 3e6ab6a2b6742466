import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TransportMakeRequestResponse } from '@sentry/core';
import { type ProfileEncoding, prepareEncoding, SMALL_BYTES } from '../encode/profile-encoding.ts';
import type { Slices } from '../encode/slices.ts';
import type { Ledger } from '../ledger.ts';
import type { DropReason } from '../options.ts';
import { type Compaction, type CompactProfile, compactSteps } from '../profile/compact.ts';
import { estimateHeldBytes } from '../profile/price.ts';
import { MalformedProfileError, type Profile } from '../profile/types.ts';
import type { ChunkGroup } from '../record/chunk-group.ts';
import type { Claim, RecordedProfile } from '../record/recorded-profile.ts';
import type { Carrier } from './carrier.ts';
import { Fit, type FitParts } from './fit.ts';
import type { AnyEnvelope, ProfileItem } from './profile-items.ts';
import type { RateLimits } from './rate-limits.ts';
import { type Exits, Shipment } from './shipment.ts';
import type { SizeLimits } from './size-limits.ts';

/** What a pipeline works with. */
export interface PipelineDeps {
  readonly ledger: Ledger;
  readonly slices: Slices;
  readonly carrier: Carrier;
  readonly rateLimits: RateLimits;
  readonly limits: SizeLimits;
  readonly exits: Exits;
  readonly onSplit: FitParts['onSplit'];
  readonly onThin: FitParts['onThin'];
  /** Told what a profile holds while it waits for its upload, in bytes. */
  readonly onWaiting: (bytes: number) => void;
  /** A profile has been intercepted. */
  readonly claim: (payload: Profile) => Claim;
  /** Told of a profile in whose time there was no tick: there is nothing to send. */
  readonly onShort: () => void;
  /** Told what went wrong with a profile that could not be encoded. */
  readonly onMalformed: (error: unknown) => void;
}

/** A profile on its way to be encoded. */
interface Arrival {
  readonly shipment: Shipment;
  /** The parts of the recording that it consists of, in order; none for one that is objects. */
  readonly recorded: RecordedProfile[];
}

/** How often an unlimited wait looks whether the server can still be reached. */
const FAILURE_CHECK_MS = 50;

/** Takes profiles from interception to their carrier: one is encoded at a time, the others wait their turn. */
export class Pipeline {
  readonly #deps: PipelineDeps;
  readonly #fit: Fit;
  /** Chunks that more may be added to. */
  readonly #joining = new Map<ChunkGroup, Arrival>();
  readonly #waiting: Arrival[] = [];
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

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    this.#fit = new Fit({
      ...deps,
      onShip: ({ bytes }, { heldBytes }) => {
        this.#encodedBytes += bytes;
        deps.onWaiting(heldBytes);
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
    this.#deps.carrier.hurry();
    const all = Promise.all(Array.from(this.#underWay, (shipment) => shipment.ended)).then(() => true);
    let timer: NodeJS.Timeout | undefined;
    // Not unref'd: somebody waits for this promise, and a process that exits meanwhile would never answer.
    const end = new Promise<boolean>((resolve) => {
      if (timeoutMs) timer = setTimeout(() => resolve(false), timeoutMs);
      else timer = setInterval(() => this.#deps.carrier.isFailing && resolve(false), FAILURE_CHECK_MS);
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
    this.#deps.slices.stop();
    for (const { shipment } of this.#waiting.splice(0)) shipment.drop('shutdown');
    this.#deps.carrier.endWaiting();
  }

  /** Breaks off what is being sent. */
  cutOff(): void {
    this.giveUp();
    this.#deps.carrier.close();
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
    const { ledger, exits } = this.#deps;
    const { recorded, entry = ledger.enter(item.identity) } = this.#claim(item.payload);
    const joining = recorded?.group && this.#joining.get(recorded.group);
    if (recorded !== undefined && joining !== undefined) {
      joining.recorded.push(recorded);
      return joining.shipment;
    }
    const shipment = new Shipment(item, entry, envelope, exits);
    const arrival: Arrival = { shipment, recorded: recorded === undefined ? [] : [recorded] };
    this.#underWay.add(shipment);
    void shipment.ended.then(() => this.#leave(arrival));
    if (this.#isClosed) shipment.drop('shutdown');
    else if (recorded === undefined) this.#enqueue(arrival, this.#refusalOf(shipment, item.payload));
    else void this.#detached(() => this.#awaitRecording(arrival, recorded.group));
    return shipment;
  }

  #claim(payload: Profile): Claim {
    try {
      return this.#deps.claim(payload);
    } catch (error) {
      this.#tell(error);
      return {};
    }
  }

  #leave({ shipment, recorded }: Arrival): void {
    this.#underWay.delete(shipment);
    const group = recorded[0]?.group;
    if (group !== undefined) this.#joining.delete(group);
    for (const one of recorded) one.release();
  }

  /** Waits until all that belongs to it is recorded. */
  async #awaitRecording(arrival: Arrival, group: ChunkGroup | undefined): Promise<void> {
    const { shipment, recorded } = arrival;
    if (group !== undefined) {
      this.#joining.set(group, arrival);
      // What comes later is added: nobody can be told of its end.
      shipment.release();
      await group.sealed;
      this.#joining.delete(group);
    }
    await recorded.at(-1)?.ready();
    if (!shipment.isOpen) return;
    const { rateLimits } = this.#deps;
    this.#enqueue(arrival, rateLimits.areActive(shipment.categories) ? 'rate-limited' : undefined);
  }

  #enqueue(arrival: Arrival, refusal: DropReason | undefined): void {
    if (refusal !== undefined) {
      arrival.shipment.drop(refusal);
      return;
    }
    this.#waiting.push(arrival);
    if (!this.#isEncoding) void this.#detached(() => this.#encodeWaiting());
  }

  /** @returns why a profile that is objects can't be taken */
  #refusalOf({ reservation, categories }: Shipment, payload: Profile): DropReason | undefined {
    reservation.capture();
    try {
      reservation.itemBytes = estimateHeldBytes(payload);
    } catch (error) {
      this.#tell(error);
      return 'malformed';
    }
    if (this.#deps.rateLimits.areActive(categories)) return 'rate-limited';
    return reservation.resize(reservation.itemBytes) ? undefined : 'budget';
  }

  async #encodeWaiting(): Promise<void> {
    this.#isEncoding = true;
    // A turn of the event loop first: what sent the envelope goes on before encoding begins.
    await nextTurn();
    for (let arrival = this.#waiting.shift(); arrival !== undefined; arrival = this.#waiting.shift()) {
      await this.#encode(arrival);
    }
    this.#isEncoding = false;
  }

  async #encode({ shipment, recorded }: Arrival): Promise<void> {
    const { slices, onShort } = this.#deps;
    // The recorder may have evicted the recording while the profile waited for its turn.
    if (isEvicted(recorded)) {
      shipment.drop('budget');
      return;
    }
    try {
      const compaction =
        recorded.length > 0
          ? await this.#cut(shipment, recorded)
          : await slices.run(compactSteps(shipment.takeProfile(), slices));
      if (compaction === undefined) {
        onShort();
        shipment.skip();
        return;
      }
      const { profile, savedBytes } = compaction;
      if (profile.profile.samples.length === 0) {
        throw new MalformedProfileError(
          'Expected at least one sample, without which Relay refuses a profile',
        );
      }
      shipment.reservation.capture();
      const encoding = await prepareEncoding(profile, slices);
      shipment.reservation.itemBytes = encoding.bytes;
      this.#originalBytes += encoding.bytes + savedBytes;
      const sent = this.#send(shipment, profile, encoding);
      // While zlib works on what is small, the next one is encoded.
      if (encoding.blocks === undefined || this.#carriedBytes > SMALL_BYTES) await sent;
    } catch (error) {
      shipment.drop(this.#failureOf(error));
    }
  }

  /** @returns undefined if there was no tick in all its time */
  async #cut(shipment: Shipment, recorded: readonly RecordedProfile[]): Promise<Compaction | undefined> {
    const { slices } = this.#deps;
    const [first] = recorded as [RecordedProfile];
    const stretches = recorded.map(({ stretch }) => stretch);
    const cut = await slices.run(first.cutSteps(stretches, slices));
    for (const one of recorded) one.release();
    return cut.timesMs.length === 0 ? undefined : first.fill(shipment.takeProfile(), cut);
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
      this.#deps.onMalformed(error);
    } catch {
      // What was thrown can't be printed.
    }
  }
}

function isEvicted(recorded: readonly RecordedProfile[]): boolean {
  return recorded.some((one) => one.isEvicted || one.group?.isEvicted);
}
