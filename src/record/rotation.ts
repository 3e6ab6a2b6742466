import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { NativeProfile, RawSegment } from './segment.ts';
import { findStartSample, firstSample, isWithin } from './start-sample.ts';

/** V8 profiles as the native profiler starts and stops them. */
export interface NativeProfiler {
  start(title: string): void;
  /** @returns null when V8 has none of that title */
  stop(title: string): NativeProfile | null;
}

/** How a stretch of the recording ended. */
export interface RotationListener {
  /** Whether the recording goes on. */
  isWanted(): boolean;
  /** @param raw undefined where V8 has recorded nothing */
  onSegment(raw: RawSegment | undefined, untilMs: number): void;
  onFailure(error: unknown): void;
}

/** How long a segment is at first, and how long it may get where native stops are short. */
const FIRST_SEGMENT_MS = 250;
const LONGEST_SEGMENT_MS = 1000;
const SHORTEST_SEGMENT_MS = 50;

/** A native stop takes time for each node of the call tree, 1 to 3 ms for 250 ms of a busy service: what takes longer than this is too long. */
const STOP_TARGET_MS = 5;
const GROWTH = 1.25;

/** A profile that is to be sent waits no longer than this for the end of a segment. What else ends meanwhile is sent with it. */
const WAIT_MS = 200;

/**
 * How long the next segment runs beside the last one: a tick can wait 10 ms for V8's own thread, and one that waits when its
 * profile is stopped is lost (4% of all where one is stopped as soon as the next has started). Longer where that thread is late.
 */
const OVERLAP_MS = 25;
const LONGEST_OVERLAP_MS = 100;

/** V8 takes a tick every 10 ms, on an idle event loop too. None in this time, and its thread is stuck (pprof-nodejs 125). */
const STUCK_MS = 200;

interface Running {
  readonly title: string;
  /** The native start was called, and returned, at these times. */
  readonly calledMs: number;
  readonly returnedMs: number;
  /** Where its segment begins: at the sample that V8 took of its start, where the last profile shows that. */
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
  readonly #detached = AsyncLocalStorage.snapshot();
  /**
   * Two names in turn: V8 keeps every one until no profile runs, 40 MB a day with a new one for each segment. A profile that runs
   * is ended by the start of another of its name: nobody else may have these.
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

  /** Ends the segment before long: somebody waits for it. */
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

  /** V8 makes a new thread when no profile is left. */
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

  /** @returns false if V8 has taken no tick in all its time */
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

  /** @returns undefined where V8 has recorded nothing, or another version of the profiler something else than a profile */
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

  /** A start that V8's thread has not come to by the end of the overlap says that ticks may have been late too. */
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
 * Finds where on the clock a V8 profile lies. Its start lies between two readings of the clock. The sample that V8 took of that start is
 * in the profile before it as well: it says to the microsecond how the times of the two belong together.
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
