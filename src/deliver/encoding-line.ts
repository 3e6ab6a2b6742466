import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '../observe/message-of.ts';
import type { Reporter } from '../observe/reporter.ts';
import type { Slicer, TimeSlicer } from '../pace/time-slicer.ts';
import { type Compaction, type CompactProfile, compact } from '../profile/compact.ts';
import { type ProfileEncoding, prepareEncoding, SMALL_BYTES } from '../profile/profile-encoding.ts';
import { MalformedProfileError } from '../profile/types.ts';
import type { RecordedProfile } from '../record/recorded-profile.ts';
import type { Fit } from './fit.ts';
import type { Shipment } from './shipment.ts';

/** A profile on its way to be encoded. */
export interface Arrival {
  readonly shipment: Shipment;
  /** The parts of the recording that it consists of, in order; none for one that is objects. */
  readonly recorded: RecordedProfile[];
}

interface Waiting {
  readonly arrival: Arrival;
  readonly expectedBytes: number;
}

export interface EncodingLineDeps {
  readonly slicer: TimeSlicer;
  readonly fit: Fit;
  readonly reporter: Reporter;
}

/** Rough length of a recorded profile for each millisecond of it: 20 s of a real service took 1 MB. */
const BYTES_PER_MS = 50;

/** With more than this waiting, the line hurries, because transactions do not wait for long. */
const MANY = 16;

/**
 * Encodes profiles one after the other: those with a transaction first, which does not wait for long, and of these the smallest, so
 * that none waits behind one that takes ten times as long.
 */
export class EncodingLine {
  readonly #deps: EncodingLineDeps;
  readonly #waiting: Waiting[] = [];
  #isRunning = false;
  #isStopped = false;
  #originalBytes = 0;
  /** Bytes of encoded profiles that zlib has not compressed yet: they bound how far encoding may run ahead. */
  #carriedBytes = 0;

  constructor(deps: EncodingLineDeps) {
    this.#deps = deps;
  }

  /** Size that `JSON.stringify` would have given the encoded profiles, in bytes. */
  get originalBytes(): number {
    return this.#originalBytes;
  }

  add(arrival: Arrival): void {
    this.#waiting.push({ arrival, expectedBytes: expectedBytesOf(arrival) });
    this.#press();
    if (!this.#isRunning) void this.#run();
  }

  /** Stops encoding, because the client is closed: the current profile ends with an error, the others are left. */
  stop(): void {
    this.#isStopped = true;
    this.#deps.slicer.stop();
    this.#waiting.length = 0;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // The sender of the envelope goes on first: encoding begins in the next turn of the event loop.
    await nextTurn();
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) {
      if (next.shipment.isOpen) await this.#encode(next);
    }
    this.#isRunning = false;
  }

  #takeNext(): Arrival | undefined {
    let next = 0;
    for (const [i, waiting] of this.#waiting.entries()) {
      if (isBefore(waiting, this.#waiting[next] as Waiting)) next = i;
    }
    const [taken] = this.#waiting.splice(next, 1);
    this.#press();
    return taken?.arrival;
  }

  #press(): void {
    this.#deps.slicer.isPressed = this.#waiting.length > MANY;
  }

  async #encode({ shipment, recorded }: Arrival): Promise<void> {
    const { reporter } = this.#deps;
    // The transaction may go alone meanwhile: then nobody needs the profile.
    const slicer = this.#deps.slicer.whileWanted(() => shipment.isOpen);
    shipment.hasBegun = true;
    try {
      // The recorder may have evicted the recording while the profile waited for its turn.
      if (isEvicted(recorded)) {
        shipment.leaveOut('budget', 'the recording found no room while it waited');
        return;
      }
      const compaction =
        recorded.length > 0
          ? await this.#cut(shipment, recorded, slicer)
          : await slicer.run(compact(shipment.takeProfile(), slicer));
      if (!shipment.isOpen) return;
      if (compaction === undefined) {
        reporter.skip(shipment.format, 'short');
        shipment.skip();
        return;
      }
      const { profile, savedBytes } = compaction;
      if (profile.profile.samples.length === 0) throw new MalformedProfileError(NO_SAMPLE);
      shipment.entry.capture();
      const encoding = await prepareEncoding(profile, slicer);
      if (!shipment.isOpen) return;
      shipment.entry.itemBytes = encoding.bytes;
      this.#originalBytes += encoding.bytes + savedBytes;
      const sent = this.#send(shipment, profile, encoding);
      // zlib works on its own thread: a small profile need not be waited for.
      if (encoding.blocks === undefined || this.#carriedBytes > SMALL_BYTES) await sent;
    } catch (error) {
      this.#fail(shipment, error);
    }
  }

  /** @returns undefined if there was no tick in all its time */
  async #cut(
    shipment: Shipment,
    recorded: readonly RecordedProfile[],
    slicer: Slicer,
  ): Promise<Compaction | undefined> {
    const [first] = recorded as [RecordedProfile];
    const stretches = recorded.map(({ stretch }) => stretch);
    const cut = await slicer.run(first.cut(stretches, slicer));
    for (const one of recorded) one.release();
    if (cut.timesMs.length === 0 || !shipment.isOpen) return undefined;
    return first.fill(shipment.takeProfile(), cut);
  }

  async #send(shipment: Shipment, profile: CompactProfile, encoding: ProfileEncoding): Promise<void> {
    this.#carriedBytes += encoding.bytes;
    try {
      await this.#deps.fit.send(shipment, profile, encoding);
    } catch (error) {
      this.#fail(shipment, error);
    }
    this.#carriedBytes -= encoding.bytes;
  }

  #fail(shipment: Shipment, error: unknown): void {
    if (!shipment.isOpen) return;
    if (this.#isStopped) {
      shipment.leaveOut('shutdown', 'encoding was broken off');
      return;
    }
    this.#deps.reporter.malformed(error);
    shipment.leaveOut('malformed', messageOf(error));
  }
}

const NO_SAMPLE = 'Expected at least one sample, without which Relay refuses a profile';

function isBefore(one: Waiting, other: Waiting): boolean {
  const isPatient = one.arrival.shipment.rest.isEmpty;
  if (isPatient !== other.arrival.shipment.rest.isEmpty) return !isPatient;
  return one.expectedBytes < other.expectedBytes;
}

function expectedBytesOf({ shipment, recorded }: Arrival): number {
  if (recorded.length === 0) return shipment.entry.itemBytes;
  let lengthMs = 0;
  for (const { stretch } of recorded) lengthMs += stretch.untilMs - stretch.fromMs;
  return BYTES_PER_MS * lengthMs;
}

function isEvicted(recorded: readonly RecordedProfile[]): boolean {
  return recorded.some((one) => one.isEvicted || one.group?.isEvicted);
}
