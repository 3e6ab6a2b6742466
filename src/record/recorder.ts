import { keepAsyncContext } from '../async-context.ts';
import { type Pace, UNPACED } from '../pace/pace.ts';
import type { TimeSlicer } from '../pace/time-slicer.ts';
import { type Cut, cutSegments, type Stretch } from './cut.ts';
import { InterningLine } from './interning-line.ts';
import { type RecordingHost, RecordingHosts } from './recording-hosts.ts';
import { type NativeProfiler, Rotation } from './rotation.ts';
import { type RawSegment, readSegment } from './segment.ts';
import { SegmentStore } from './segment-store.ts';
import { TickCount } from './tick-count.ts';

/** A stretch of the recording that somebody needs. It is kept until it is released. */
export interface Mark {
  /** In milliseconds of `performance.now()`. */
  readonly fromMs: number;
  /** Infinity as long as it is open. */
  readonly untilMs: number;
}

/** Size and work of the recording. All clients of a process share it. */
export interface RecorderStats {
  /** Bytes of ticks, stacks and frames that are kept now. */
  readonly bytes: number;
  /** Segments that are kept, and the different frames and call stacks (each with its callers) that they refer to. */
  readonly segments: number;
  readonly frames: number;
  readonly stacks: number;
  /** Segments that have ended, each by one native stop. */
  readonly nativeStops: number;
  /** How often V8's thread was stuck and had to be started anew. */
  readonly restarts: number;
  /** Ticks that were recorded so far. */
  readonly ticks: number;
  /** Ticks that are missing between them, by the gaps: V8's thread or the process did not get its turn in time. */
  readonly ticksLost: number;
}

/**
 * V8 goes on for this long when nothing is open. To stop its last profile and start a new one costs as much as 50 ms of ticks,
 * and the new one takes its first tick after 10 ms. It is not longer, because a profile that runs keeps the process alive.
 */
const LINGER_MS = 200;

/**
 * Share of a budget that a dictionary may take. If it grows larger, a new one is begun, and the old one goes with the segments
 * that need it.
 */
const DICTIONARY_SHARE = 1 / 8;

/**
 * If nothing is recorded for this long, the dictionary is let go too. The next recording then has to intern all its frames again.
 */
const IDLE_MS = 1000;

interface OwnMark extends Mark {
  untilMs: number;
  readonly host: RecordingHost;
  readonly onEvicted: () => void;
}

interface Waiter {
  readonly untilMs: number;
  readonly resolve: () => void;
}

/**
 * The one recording of a process. V8 takes the same ticks for every profile that runs, so they are recorded once, and each
 * profile is a stretch of the recording. A stretch that nobody needs is let go.
 */
export class Recorder {
  readonly #rotation: Rotation;
  readonly #slicer: TimeSlicer;
  readonly #hosts = new RecordingHosts();
  /** In the order in which they began. */
  readonly #marks = new Set<OwnMark>();
  readonly #store = new SegmentStore();
  readonly #ticks = new TickCount();
  readonly #interning: InterningLine;
  readonly #waiters: Waiter[] = [];
  readonly #detached = keepAsyncContext();
  #recordedUntilMs = Number.NEGATIVE_INFINITY;
  #open = 0;
  /** The timer that ends V8's profile first, and then lets the dictionary go. Both are kept for the next mark. */
  #idling: NodeJS.Timeout | undefined;
  /** Whether nothing is to be kept for the next mark. */
  #isHurried = false;

  constructor(native: NativeProfiler, slicer: TimeSlicer, onFailure: (error: unknown) => void) {
    this.#slicer = slicer;
    this.#interning = new InterningLine({ slicer, onDone: () => this.#interned(), onFailure });
    this.#rotation = new Rotation(native, {
      isWanted: () => this.#open > 0,
      onSegment: (raw, untilMs) => this.#interning.add(this.#intern(raw, untilMs)),
      onFailure,
    });
  }

  /** V8 profiles that run now: two at the most. */
  get running(): number {
    return this.#rotation.running;
  }

  get stats(): RecorderStats {
    const { stops, restarts } = this.#rotation;
    const { taken: ticks, lost: ticksLost } = this.#ticks;
    return {
      bytes: this.#store.bytes,
      ...this.#store.counts,
      nativeStops: stops,
      restarts,
      ticks,
      ticksLost,
    };
  }

  get longestStopMs(): number {
    return this.#rotation.longestStopMs;
  }

  /** Time of the event loop that the recording has taken, in milliseconds. */
  get cost(): { readonly nativeStopMs: number; readonly interningMs: number } {
    return { nativeStopMs: this.#rotation.stopMs, interningMs: this.#slicer.totalMs };
  }

  get longestSliceMs(): number {
    return this.#slicer.longestMs;
  }

  /** @returns a function that takes the host away. With the last one, the recording ends */
  attach(host: RecordingHost): () => void {
    this.#hosts.add(host);
    return () => {
      for (const mark of this.#marks) if (mark.host === host) this.release(mark);
      this.#hosts.remove(host);
      if (this.#hosts.size === 0) this.#end();
      else this.#hold();
    };
  }

  /**
   * @param host the client that needs it
   * @param onEvicted called when the stretch was released for want of room
   * @param continuesMs when it begins, if it continues one that ended a moment ago
   */
  open(host: RecordingHost, onEvicted: () => void, continuesMs?: number): Mark {
    clearTimeout(this.#idling);
    this.#isHurried = false;
    this.#open++;
    this.#rotation.start();
    const fromMs = continuesMs ?? performance.now();
    const mark: OwnMark = { fromMs, untilMs: Number.POSITIVE_INFINITY, host, onEvicted };
    this.#marks.add(mark);
    this.#count(host, 1);
    return mark;
  }

  close(mark: Mark, untilMs: number): void {
    if (!this.#marks.has(mark as OwnMark) || mark.untilMs !== Number.POSITIVE_INFINITY) return;
    (mark as OwnMark).untilMs = untilMs;
    this.#rotation.rotateSoon();
    this.#leave();
  }

  release(mark: Mark): void {
    if (!this.#marks.delete(mark as OwnMark)) return;
    this.#count((mark as OwnMark).host, -1);
    if (mark.untilMs === Number.POSITIVE_INFINITY) this.#leave();
    this.#letGo();
  }

  /** Resolves when everything until that moment is recorded. */
  ready(untilMs: number): Promise<void> {
    if (this.#isReady(untilMs)) return Promise.resolve();
    this.#rotation.rotateSoon();
    return new Promise((resolve) => {
      this.#waiters.push({ untilMs, resolve });
    });
  }

  /** Ends the segment as soon as that loses no tick. If nothing is open, nothing is kept for the next mark. */
  hurry(): void {
    this.#rotation.rotate();
    this.#isHurried = this.#open === 0;
    this.#letGo();
  }

  /** Records everything until that moment in this turn, for a caller that can't wait. */
  settleNow(untilMs: number): void {
    if (this.#isReady(untilMs)) return;
    this.#rotation.rotateNow();
    this.#interning.finishNow();
    this.#wake();
  }

  cut(stretches: readonly Stretch[], pace: Pace = UNPACED): Generator<void, Cut> {
    return cutSegments(this.#store.segments.slice(), stretches, pace);
  }

  #leave(): void {
    this.#open--;
    if (this.#open === 0) this.#idle(LINGER_MS, () => this.#endRotation());
  }

  #endRotation(): void {
    this.#rotation.stop();
    this.#idle(IDLE_MS, () => {
      this.#isHurried = true;
      this.#letGo();
    });
  }

  #idle(delayMs: number, next: () => void): void {
    clearTimeout(this.#idling);
    this.#idling = this.#detached(() => setTimeout(next, delayMs).unref());
  }

  #interned(): void {
    if (this.#isHurried) this.#letGo();
    this.#wake();
  }

  *#intern(raw: RawSegment | undefined, untilMs: number): Generator<void, void> {
    try {
      if (raw !== undefined && this.#marks.size > 0) {
        const dictionary = this.#store.dictionary(this.#maxDictionaryBytes);
        const segment = yield* readSegment(raw, dictionary, this.#slicer);
        this.#ticks.add(segment);
        this.#store.add(segment);
      }
    } finally {
      this.#recordedUntilMs = untilMs;
      this.#store.forgetUnmarked(this.#marks);
      this.#relieve();
    }
  }

  get #maxDictionaryBytes(): number {
    return DICTIONARY_SHARE * this.#hosts.leastBudgetBytes;
  }

  #isReady(untilMs: number): boolean {
    return this.#recordedUntilMs >= untilMs || (this.#rotation.running === 0 && this.#interning.isEmpty);
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) {
      if (this.#isReady(waiter.untilMs)) waiter.resolve();
      else this.#waiters.push(waiter);
    }
    if (this.#waiters.length > 0) this.#rotation.rotateSoon();
  }

  #letGo(): void {
    const [first] = this.#marks;
    const isEnded = this.#rotation.running === 0 && this.#interning.isEmpty;
    if (first !== undefined) this.#store.forgetBefore(first.fromMs);
    else if (isEnded && this.#isHurried) this.#store.clear();
    else this.#store.forgetAll();
    this.#hold();
  }

  /** Makes room for a host that has none. It releases the host's first mark, because that one keeps the most. */
  #relieve(): void {
    for (let full = this.#hold(); full !== undefined; full = this.#hold()) {
      const first = [...this.#marks].find(({ host }) => host === full);
      if (first === undefined) {
        this.#store.clear();
        return;
      }
      this.release(first);
      first.onEvicted();
    }
  }

  #count(host: RecordingHost, change: 1 | -1): void {
    if (this.#hosts.countMark(host, change)) this.#hold();
  }

  /** @returns a host that has no room */
  #hold(): RecordingHost | undefined {
    return this.#hosts.hold(this.#store.bytes);
  }

  #end(): void {
    clearTimeout(this.#idling);
    this.settleNow(Number.POSITIVE_INFINITY);
    this.#store.clear();
  }
}
