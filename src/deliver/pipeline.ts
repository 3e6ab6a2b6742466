import type { TransportMakeRequestResponse } from '@sentry/core';
import { keepAsyncContext } from '../async-context.ts';
import type { Ledger } from '../ledger.ts';
import { messageOf } from '../observe/message-of.ts';
import type { Reporter } from '../observe/reporter.ts';
import type { TimeSlicer } from '../pace/time-slicer.ts';
import { estimateHeldBytes } from '../profile/price.ts';
import type { Profile } from '../profile/types.ts';
import type { ChunkGroup } from '../record/chunk-group.ts';
import type { Claim } from '../record/recorded-profile.ts';
import { survive } from '../survive.ts';
import type { Carrier } from './carrier.ts';
import { type Arrival, EncodingLine } from './encoding-line.ts';
import { fateOf, type Loss } from './fates.ts';
import { Fit } from './fit.ts';
import type { HandOn } from './hand-on.ts';
import { withoutLimited } from './limited-items.ts';
import type { AnyEnvelope, ProfileItem } from './profile-items.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Settling } from './settling.ts';
import { Shipment } from './shipment.ts';
import type { SizeLimits } from './size-limits.ts';

/** The parts that a pipeline needs. */
export interface PipelineDeps {
  readonly ledger: Ledger;
  readonly slicer: TimeSlicer;
  readonly carrier: Carrier;
  readonly handOn: HandOn;
  readonly settling: Settling;
  readonly rateLimits: RateLimits;
  readonly limits: SizeLimits;
  readonly reporter: Reporter;
  /** Told how many bytes a profile holds while it waits for its upload. */
  readonly onWaiting: (bytes: number) => void;
  /** A profile has been intercepted. */
  readonly claim: (payload: Profile) => Claim;
}

const LIMITED = 'a rate limit is active';

/** A transaction waits so long for its profile while the server answers. Then it goes alone, because it must not come later than about a second. */
const PATIENCE_MS = 900;

/**
 * The stock SDK takes its time for a large profile too: 1.2 s of CPU for one of 64 MB, and gzip may take as long again where names
 * repeat little. A second counts from there.
 */
const PATIENCE_MS_PER_MB = 50;

/** A timer comes so late only if the process stood still: then the profile had no turn. */
const STANDSTILL_MS = 200;

/** More time for a profile that had no turn, or that is being encoded, because dropping it would waste the work. */
const GRACE_MS = 300;

/** With more than this under way, answers take time. Callers are let go then, because they hold the transactions' objects. */
const MAX_HELD_CALLERS = 8;

/** Takes profiles from interception to their carrier. */
export class Pipeline {
  readonly #deps: PipelineDeps;
  readonly #line: EncodingLine;
  /** Chunks that more may be added to. */
  readonly #joining = new Map<ChunkGroup, Arrival>();
  /**
   * Leaves the async context of whoever sent the envelope: work for one profile goes on in that of another, and sockets
   * and timers would keep a request's context alive (getsentry/sentry-javascript#20174).
   */
  readonly #detached = keepAsyncContext();
  #isClosed = false;
  #encodedBytes = 0;

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    const { slicer, carrier, limits, reporter, settling, onWaiting } = deps;
    const fit = new Fit({
      slicer,
      carrier,
      limits,
      reporter,
      onShip: ({ entry }, { bytes }) => {
        this.#encodedBytes += bytes;
        onWaiting(entry.heldBytes);
      },
      onPrepared: () => settling.check(),
    });
    this.#line = new EncodingLine({ slicer, fit, reporter });
  }

  /** Bytes of the profiles that were encoded, as `JSON.stringify` would have had them, and of those that were sent, as they are. */
  get bytes(): { original: number; encoded: number } {
    return { original: this.#line.originalBytes, encoded: this.#encodedBytes };
  }

  get isIdle(): boolean {
    return this.#deps.settling.size === 0;
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
   * Tries failed uploads again, and waits. Resolves to true when all profiles that are under way now have ended, and to false
   * after the timeout, or earlier if the others only wait for a failure to be over.
   */
  async settle(timeoutMs: number | undefined): Promise<boolean> {
    const { carrier, settling } = this.#deps;
    const endMs = performance.now() + (timeoutMs || Number.POSITIVE_INFINITY);
    const wasTrying = carrier.stats.active > 0;
    carrier.hurry();
    if (await settling.settle(timeoutMs)) return true;
    const leftMs = endMs - performance.now();
    // An attempt that has begun since says that the server is still down: another may take as long to say the same.
    if (leftMs <= 0 || (!carrier.isFlowing && !wasTrying)) return false;
    // One attempt may have failed by itself, or have begun before the server was back: once more is worth it.
    carrier.hurry();
    return settling.settle(Number.isFinite(leftMs) ? leftMs : undefined);
  }

  /** Ends profiles that are not being sent yet, so that their transactions can be sent while there is time. */
  giveUp(): void {
    this.#isClosed = true;
    this.#line.stop();
    for (const shipment of this.#deps.settling.all) {
      if (shipment.uploads.length === 0 && !shipment.hasLeft) {
        shipment.leaveOut('shutdown', 'not sent before the end');
      }
    }
    this.#deps.carrier.endWaiting();
  }

  /** Breaks off all uploads. */
  cutOff(): void {
    this.giveUp();
    this.#deps.carrier.close();
  }

  /** Ends everything before this returns, so that the counts do not change later. */
  close(): void {
    this.cutOff();
    for (const shipment of this.#deps.settling.all) {
      const { mayHaveArrived } = shipment;
      const detail = mayHaveArrived ? 'no answer before the end' : 'not sent before the end';
      shipment.end(fateOf('closed', mayHaveArrived), { detail });
    }
    this.#deps.handOn.hurry();
  }

  #admit(item: ProfileItem, [header, items]: AnyEnvelope): Shipment {
    const { ledger, reporter } = this.#deps;
    const { recorded, entry = ledger.enter(item.identity), isShort } = this.#claim(item.payload);
    const joining = recorded?.group && this.#joining.get(recorded.group);
    if (recorded !== undefined && joining !== undefined) {
      joining.recorded.push(recorded);
      return joining.shipment;
    }
    const shipment = new Shipment(item, entry, [header, this.#allowedOf(items)], this.#deps);
    const arrival: Arrival = { shipment, recorded: recorded === undefined ? [] : [recorded] };
    this.#expectEnd(arrival);
    if (isShort) {
      reporter.skip(shipment.format, 'short');
      shipment.skip();
      return shipment;
    }
    const refusal = this.#refusalOf(arrival, items, item.payload);
    if (refusal !== undefined) shipment.leaveOut(refusal.reason, refusal.detail);
    else this.#startDetached(arrival);
    return shipment;
  }

  #allowedOf(items: AnyEnvelope[1]): AnyEnvelope[1] {
    const { rateLimits, reporter } = this.#deps;
    return survive(() => withoutLimited(items, rateLimits, reporter)) ?? items;
  }

  /** A method of its own, because a closure made in `#admit` would hold the transaction's objects for as long as it waits. */
  #expectEnd(arrival: Arrival): void {
    this.#deps.settling.add(arrival.shipment);
    void arrival.shipment.ended.then(() => this.#leave(arrival));
  }

  #claim(payload: Profile): Claim {
    try {
      return this.#deps.claim(payload);
    } catch (error) {
      this.#deps.reporter.malformed(error);
      return {};
    }
  }

  #leave({ shipment, recorded }: Arrival): void {
    this.#deps.settling.remove(shipment);
    const group = recorded[0]?.group;
    if (group !== undefined) this.#joining.delete(group);
    for (const one of recorded) one.release();
  }

  /** @returns why the profile can't be taken, or undefined */
  #refusalOf(
    { shipment: { entry, format, rest }, recorded }: Arrival,
    items: AnyEnvelope[1],
    payload: Profile,
  ): Loss | undefined {
    const { carrier, rateLimits, reporter, ledger } = this.#deps;
    if (this.#isClosed) return { reason: 'shutdown', detail: 'the client was closed before' };
    try {
      if (recorded.length === 0) {
        entry.capture();
        entry.itemBytes = estimateHeldBytes(payload);
      }
      const types = items.map(([{ type }]) => String(type));
      if (rateLimits.areActiveFor(format, types)) return { reason: 'rate-limited', detail: LIMITED };
      if (recorded.length === 0 && !entry.resize(entry.itemBytes)) {
        return { reason: 'budget', detail: `${entry.itemBytes} bytes, room for ${ledger.freeBytes}` };
      }
      if (carrier.stow(rest)) return undefined;
      return { reason: 'budget', detail: `no room for its transaction: ${ledger.freeBytes} bytes are free` };
    } catch (error) {
      reporter.malformed(error);
      return { reason: 'malformed', detail: messageOf(error) };
    }
  }

  #startDetached(arrival: Arrival): void {
    this.#detached(() => this.#start(arrival));
  }

  #start(arrival: Arrival): void {
    const { shipment, recorded } = arrival;
    shipment.hasWaited = true;
    if (this.#deps.settling.size > MAX_HELD_CALLERS) shipment.release();
    if (!shipment.rest.isEmpty) this.#expect(shipment);
    if (recorded.length === 0) this.#line.add(arrival);
    else void this.#awaitRecording(arrival, recorded[0]?.group);
  }

  /** Lets the transaction go alone if its profile takes too long. Not while the server can't be reached: alone it would be lost. */
  #expect(shipment: Shipment): void {
    const ownMs = (PATIENCE_MS_PER_MB * shipment.entry.itemBytes) / 1e6;
    const dueMs = performance.now() + PATIENCE_MS + ownMs;
    const decide = (): void => {
      shipment.timer = undefined;
      shipment.release();
      if (shipment.hasLeft || !this.#deps.carrier.isFlowing) return;
      shipment.leaveOut('budget', latenessOf(shipment));
    };
    shipment.timer = setTimeout(() => {
      const stoodStill = performance.now() - dueMs > STANDSTILL_MS;
      if (stoodStill || shipment.hasBegun) shipment.timer = setTimeout(decide, GRACE_MS + ownMs).unref();
      else decide();
    }, PATIENCE_MS + ownMs).unref();
  }

  /** Waits until all that belongs to it is recorded. */
  async #awaitRecording(arrival: Arrival, group: ChunkGroup | undefined): Promise<void> {
    const { shipment, recorded } = arrival;
    if (group !== undefined) {
      this.#joining.set(group, arrival);
      // Later parts join the same chunk: their senders can't wait for its end.
      shipment.release();
      await group.sealed;
      this.#joining.delete(group);
    }
    await recorded.at(-1)?.ready();
    if (!shipment.isOpen) return;
    if (this.#deps.rateLimits.areActiveFor(shipment.format, shipment.rest.types)) {
      shipment.leaveOut('rate-limited', LIMITED);
    } else this.#line.add(arrival);
  }
}

/** Says how far a profile had come when its transaction could wait no longer. */
function latenessOf({ uploads, hasBegun }: Shipment): string {
  if (uploads.length > 0) return 'its upload had no turn in time';
  return hasBegun ? 'not encoded in time' : 'its turn did not come in time';
}
