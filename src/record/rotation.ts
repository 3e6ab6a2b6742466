import { randomUUID } from 'node:crypto';
import { keepAsyncContext } from '../async-context.ts';
import type { NativeProfile, RawSegment } from './segment.ts';
import { findStartSample, firstSample, isWithin } from './start-sample.ts';

/** V8 profiles as the native profiler starts and stops them. */
export interface NativeProfiler {
  start(title: string): void;
  /** @returns null when V8 has none of that title */
  stop(title: string): NativeProfile | null;
}

/** The questions of the rotation, and its reports. */
export interface RotationListener {
  /** Whether the recording goes on. */
  isWanted(): boolean;
  /** @param raw undefined where V8 has recorded nothing */
  onSegment(raw: RawSegment | undefined, untilMs: number): void;
  onFailure(error: unknown): void;
}

/** The length of the first segment, and the bounds for all others. */
const FIRST_SEGMENT_MS = 250;
const LONGEST_SEGMENT_MS = 1000;
const SHORTEST_SEGMENT_MS = 50;

/**
 * A native stop takes time for each node of the call tree: 1 to 3 ms after 250 ms of a busy service. If it takes longer than
 * this, segments get shorter.
 */
const STOP_TARGET_MS = 5;
const GROWTH = 1.25;

/**
 * A profile that is to be sent waits no longer than this for the end of a segment. Others that end meanwhile need no stop of
 * their own then.
 */
const WAIT_MS = 200;

/**
 * The next segment runs beside the last one for this long. A tick can wait 10 ms for V8's own thread, and a stop loses the ticks
 * that wait: 4% of all, if the last profile is stopped as soon as the next one has started. The overlap gets longer where that
 * thread is late.
 */
const OVERLAP_MS = 25;
const LONGEST_OVERLAP_MS = 100;

/**
 * V8 takes a tick every 10 ms, on an idle event loop too. If it takes none for this long, its thread is stuck (pprof-nodejs 125).
 */
const STUCK_MS = 200;

interface Running {
  readonly title: string;
  /** The native start was called, and returned, at these times. */
  readonly calledMs: number;
  readonly returnedMs: number;
  /**
   * When its segment begins. V8 takes a sample at its start, and the segment begins there if the last profile shows that sample.
   */
  fromMs: number;
  isSampleSeen: boolean;
}

/** Keeps one V8 profile going in short segments. The next is started before the last is stopped, and each tick kept once. */
export class Rotation {
  readonly #native: NativeProfiler;
  readonly #listener: RotationListener;
  /** Two at the most, the older one first. */
  readonly #running: Running[] = [];
  /** Leaves the async context of the request whose span has started the recording. */
  readonly #detached = keepAsyncContext();
  /**
   * Two names in turn. V8 keeps each name until no profile runs, so a new name for each segment would cost 40 MB a day. The names
   * are unique, because the start of a profile ends one that runs under the same name.
   */
  readonly #titles = ['a', 'b'].map((name) => `sentry-bounded-profiling ${randomUUID()} ${name}`);
  #segmentMs = FIRST_SEGMENT_MS;
  #overlapMs = OVERLAP_MS;
  #started = 0;
  /** Whether the segment that has just begun is to end as soon as the last one has. */
  #isHurried = false;
  /** Whether somebody waits for its end. */
  #isAwaited = false;
  #timer: NodeJS.Timeout | undefined;
  #dueMs = 0;
  #stops = 0;
  #restarts = 0;
  #longestStopMs = 0;
  #stopMs = 0;

  constructor(native: NativeProfiler, listener: RotationListener) {
    this.#native = native;
    this.#listener = listener;
  }

  /** V8 profiles that run now. */
  get running(): number {
    return this.#running.length;
  }

  get stops(): number {
    return this.#stops;
  }

  /** How often V8's thread was stuck. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Time that all native stops together have taken. */
  get stopMs(): number {
    return this.#stopMs;
  }

  get longestStopMs(): number {
    return this.#longestStopMs;
  }

  start(): void {
    if (this.#running.length > 0) return;
    this.#startNext();
    this.#schedule(this.#segmentMs, () => this.rotate());
  }

  /** Ends the segment in a moment, and goes on with the next one if that is wanted. */
  rotate(): void {
    if (!this.#listener.isWanted()) this.stop();
    else if (this.#running.length === 2) this.#isHurried = true;
    else if (this.#running.length === 1) {
      this.#startNext();
      this.#schedule(this.#overlapMs, () => {
        this.#endOverlap();
        this.#learnOverlap();
      });
    }
  }

  /** Ends the segment soon, because somebody waits for it. */
  rotateSoon(): void {
    this.#isAwaited = this.#running.length === 2;
    if (this.#running.length === 1 && this.#dueMs - performance.now() > WAIT_MS) {
      this.#schedule(WAIT_MS, () => this.rotate());
    }
  }

  /** Ends the segment in this turn. A tick that waits for V8's thread is lost if the recording goes on. */
  rotateNow(): void {
    if (this.#running.length === 0) return;
    if (this.#listener.isWanted()) {
      if (this.#running.length === 2) this.#endOldest();
      this.#startNext();
      this.#endOverlap();
    } else this.stop();
  }

  /** Ends the recording. V8 loses no tick when its last profile is stopped. */
  stop(): void {
    clearTimeout(this.#timer);
    while (this.#running.length > 0) this.#endOldest();
  }

  #endOverlap(): void {
    const isHurried = this.#isHurried;
    const delayMs = this.#isAwaited ? Math.min(WAIT_MS, this.#segmentMs) : this.#segmentMs;
    this.#isHurried = false;
    this.#isAwaited = false;
    if (!this.#endOldest()) this.#restart();
    else if (isHurried) this.rotate();
    else this.#schedule(delayMs, () => this.rotate());
  }

  /** Gets rid of a stuck thread: V8 makes a new one after no profile was left. */
  #restart(): void {
    this.#restarts++;
    this.stop();
    if (this.#listener.isWanted()) this.start();
  }

  #startNext(): void {
    const title = this.#titles[this.#started++ % 2]!;
    const calledMs = performance.now();
    try {
      this.#native.start(title);
    } catch (error) {
      this.#listener.onFailure(error);
    }
    const returnedMs = performance.now();
    this.#running.push({ title, calledMs, returnedMs, fromMs: calledMs, isSampleSeen: false });
  }

  /** @returns false if V8 took no tick for so long that its thread is stuck */
  #endOldest(): boolean {
    const ended = this.#running.shift()!;
    const next = this.#running[0];
    const stopMs = performance.now();
    const profile = this.#stopNative(ended.title);
    const tookMs = performance.now() - stopMs;
    this.#stops++;
    this.#stopMs += tookMs;
    this.#longestStopMs = Math.max(this.#longestStopMs, tookMs);
    if (next !== undefined) this.#learn(stopMs - ended.calledMs, tookMs);
    const untilMs = next?.calledMs ?? stopMs;
    const raw = this.#place(profile, ended, next, untilMs);
    this.#listener.onSegment(raw, raw?.untilMs ?? untilMs);
    const hasTicks = raw !== undefined && raw.profile.samples.length > raw.startSamples.size;
    return hasTicks || (raw?.untilMs ?? untilMs) - ended.fromMs < STUCK_MS;
  }

  /** @returns undefined if V8 has recorded nothing, or if another version of the profiler has returned no profile */
  #place(
    profile: NativeProfile | null,
    ...when: [Running, Running | undefined, number]
  ): RawSegment | undefined {
    try {
      if (profile === null || profile.samples.length === 0) return undefined;
      return place(profile, ...when);
    } catch (error) {
      this.#listener.onFailure(error);
      return undefined;
    }
  }

  #stopNative(title: string): NativeProfile | null {
    try {
      return this.#native.stop(title);
    } catch (error) {
      this.#listener.onFailure(error);
      return null;
    }
  }

  #learn(ranMs: number, stopMs: number): void {
    const wantedMs = Math.min((ranMs * STOP_TARGET_MS) / stopMs, this.#segmentMs * GROWTH);
    this.#segmentMs = Math.min(Math.max(wantedMs, SHORTEST_SEGMENT_MS), LONGEST_SEGMENT_MS);
  }

  /** If V8's thread has not come to the start by the end of the overlap, it may have been late with ticks too. */
  #learnOverlap(): void {
    const isSeen = this.#running[0]?.isSampleSeen ?? true;
    this.#overlapMs = isSeen ? OVERLAP_MS : Math.min(2 * this.#overlapMs, LONGEST_OVERLAP_MS);
  }

  #schedule(delayMs: number, next: () => void): void {
    clearTimeout(this.#timer);
    this.#dueMs = performance.now() + delayMs;
    this.#timer = this.#detached(() => setTimeout(next, delayMs).unref());
  }
}

/**
 * Finds where on the clock a V8 profile lies. Its start lies between two readings of the clock. V8 took a sample at that start,
 * which is in the profile before it as well. So the times of both are known to the microsecond.
 */
function place(
  profile: NativeProfile,
  ended: Running,
  next: Running | undefined,
  stoppedMs: number,
): RawSegment {
  const own = firstSample(profile);
  const isStart = isWithin(own.elapsedMs, 0, ended.returnedMs - ended.calledMs);
  const startMs = ended.isSampleSeen && isStart ? ended.fromMs - own.elapsedMs : ended.calledMs;
  const startSamples = new Set(isStart ? [own.index] : []);
  let untilMs = stoppedMs;
  if (next !== undefined) {
    const found = findStartSample(profile, own, next.calledMs - startMs, next.returnedMs - startMs);
    if (found !== undefined) {
      startSamples.add(found.index);
      untilMs = startMs + found.elapsedMs;
      next.fromMs = untilMs;
      next.isSampleSeen = true;
    }
  }
  return { profile, startMs, fromMs: ended.fromMs, untilMs, startSamples };
}
