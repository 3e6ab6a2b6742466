import { type Entry, Ledger } from '../../src/ledger.ts';
import { createExpectedBytes } from '../../src/sampling/expected-bytes.ts';
import { type GovernorState, govern, INITIAL_STATE } from '../../src/sampling/governor.ts';
import type { Signals, Watermarks } from '../../src/sampling/signals.ts';

export const MiB = 1024 * 1024;
/** The expected size of the first profile. */
export const FIRST_BYTES = 1.5 * MiB;
export const WATERMARKS: Watermarks = { low: 0.6, high: 0.7, critical: 0.78 };

/** How many steps of virtual time make a second. */
const STEPS_PER_SECOND = 10;
const IDENTITY = { id: '', format: 'transaction' } as const;

/** A service and its load. Functions are of virtual time, in seconds. */
export interface Service {
  readonly seconds: number;
  readonly budgetBytes: number;
  readonly maxOldBytes: number;
  /** Contexts that start each second. */
  readonly arrivals: (second: number) => number;
  readonly contextSeconds: number;
  /** Mean size of a profile; a single one is up to half of it smaller or larger. */
  readonly profileBytes: (second: number) => number;
  /** How long a finished profile is held until it is delivered. */
  readonly uploadSeconds: (second: number) => number;
  /** Live heap of the service itself, as a share of the old generation's maximum. */
  readonly liveRatio: (second: number) => number;
  /** Garbage made each second, as a share of the same. */
  readonly garbageRatio: number;
  readonly containerRatio: (second: number) => number;
}

export const CALM_SERVICE: Service = {
  seconds: 300,
  budgetBytes: 32 * MiB,
  maxOldBytes: 1024 * MiB,
  arrivals: () => 1,
  contextSeconds: 10,
  profileBytes: () => MiB,
  uploadSeconds: () => 1,
  liveRatio: () => 0.3,
  garbageRatio: 0.05,
  containerRatio: () => 0,
};

/** The service at one second of virtual time. */
export interface Moment {
  readonly second: number;
  readonly signals: Signals;
  readonly rate: number;
  readonly kind: GovernorState['kind'];
  readonly heldBytes: number;
  /** Profiles that started in this second. */
  readonly started: number;
}

export interface Outcome {
  readonly moments: readonly Moment[];
  readonly peakHeldBytes: number;
  readonly delivered: number;
  readonly droppedForBudget: number;
  /** Starts that the dice allowed and admission did not. */
  readonly refused: number;
  /** Delivered bytes times the seconds they were held, as a share of a budget that is always full. */
  readonly yieldRatio: number;
}

interface RunningProfile {
  readonly reservation: Entry;
  readonly startedAt: number;
  readonly bytes: number;
}

/** Runs the service from its start with the real ledger, estimator and governor. The same seed gives the same outcome. */
export function simulate(service: Service, seed: number, law: typeof govern = govern): Outcome {
  const random = createRandom(seed);
  const ledger = new Ledger(service.budgetBytes, () => {});
  const price = createExpectedBytes(FIRST_BYTES);
  const heap = simulateHeap(service, random);
  const ending = new Map<number, RunningProfile[]>();
  const uploaded = new Map<number, RunningProfile[]>();
  const contextEnds = new Map<number, number>();
  const moments: Moment[] = [];
  let state = INITIAL_STATE;
  let contexts = 0;
  let finishedBytes = 0;
  let started = 0;
  let refused = 0;
  let usefulByteSeconds = 0;

  for (let step = 0; step < service.seconds * STEPS_PER_SECOND; step++) {
    const second = step / STEPS_PER_SECOND;
    contexts -= contextEnds.get(step) ?? 0;
    contextEnds.delete(step);
    for (const profile of take(uploaded, step)) {
      usefulByteSeconds += profile.bytes * (second - profile.startedAt);
      finishedBytes -= profile.bytes;
      profile.reservation.deliver(profile.bytes);
    }
    for (const profile of take(ending, step)) {
      price.observe(profile.bytes);
      if (!profile.reservation.resize(profile.bytes)) profile.reservation.drop('budget', 'by a simulation');
      else {
        finishedBytes += profile.bytes;
        put(uploaded, step + toSteps(service.uploadSeconds(second)), profile);
      }
    }
    heap.advance(second, ledger.totals().heldBytes / service.maxOldBytes);

    if (step % STEPS_PER_SECOND === 0) {
      const signals = {
        ...heap.read(),
        containerRatio: service.containerRatio(second),
        activeContexts: contexts,
        expectedBytes: price.value,
        availableBytes: service.budgetBytes - finishedBytes,
      };
      state = law(signals, state, second * 1000, WATERMARKS);
      const { heldBytes } = ledger.totals();
      moments.push({ second, signals, rate: state.rate, kind: state.kind, heldBytes, started });
      started = 0;
    }

    for (let i = countArrivals(service.arrivals(second) / STEPS_PER_SECOND, random); i > 0; i--) {
      const end = step + Math.max(1, toSteps(service.contextSeconds * (0.5 + random())));
      contexts++;
      contextEnds.set(end, (contextEnds.get(end) ?? 0) + 1);
      if (random() >= state.rate) continue;
      const reservation = ledger.reserve(IDENTITY, price.value);
      if (reservation !== undefined) {
        const bytes = service.profileBytes(second) * (0.5 + random());
        put(ending, end, { reservation, startedAt: second, bytes });
        started++;
      } else {
        refused++;
      }
    }
  }
  const { delivered, dropped, peakHeldBytes } = ledger.totals();
  return {
    moments,
    peakHeldBytes,
    delivered,
    droppedForBudget: dropped.budget ?? 0,
    refused,
    yieldRatio: usefulByteSeconds / (service.budgetBytes * service.seconds),
  };
}

/** How often the kind changed. */
export function kindChanges(moments: readonly Moment[]): number[] {
  return moments.flatMap(({ kind, second }, i) => (i > 0 && kind !== moments[i - 1]?.kind ? [second] : []));
}

/**
 * V8's old generation: a collection starts halfway between the rest after the last one and the maximum, and marks for a moment in
 * which garbage goes on being made, a part of which it keeps.
 */
function simulateHeap({ liveRatio, garbageRatio }: Service, random: () => number) {
  const markingSteps = 3;
  let used = 0;
  let afterLast = 0;
  let heapLiveRatio = 0;
  let heapCollections = 0;
  let markedSteps = 0;
  let lastLive = 0;
  return {
    advance(second: number, heldRatio: number): void {
      const live = liveRatio(second) + heldRatio;
      used += Math.max(0, live - lastLive) + garbageRatio / STEPS_PER_SECOND;
      lastLive = live;
      if (used < (1 + afterLast) / 2) return;
      if (++markedSteps < markingSteps) return;
      markedSteps = 0;
      used = live + (random() * markingSteps * garbageRatio) / STEPS_PER_SECOND;
      afterLast = used;
      heapLiveRatio = used;
      heapCollections++;
    },
    read() {
      return { heapLiveRatio, heapCollections, heapUsedRatio: used };
    },
  };
}

/** Mulberry32: small, seeded, good enough for dice. From 0 to 1, without 1. */
export function createRandom(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Arrivals that know nothing of each other: Poisson's, or its normal limit where there are many. */
function countArrivals(mean: number, random: () => number): number {
  if (mean > 50) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let count = -1;
  for (let left = Math.exp(mean); left > 1 || count < 0; left *= 1 - random()) count++;
  return count;
}

function toSteps(seconds: number): number {
  return Math.round(seconds * STEPS_PER_SECOND);
}

function put<T>(lists: Map<number, T[]>, key: number, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function take<T>(lists: Map<number, T[]>, key: number): readonly T[] {
  const list = lists.get(key) ?? [];
  lists.delete(key);
  return list;
}
