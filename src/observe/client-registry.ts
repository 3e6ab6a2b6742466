import type { ProfilingStats } from './stats.ts';

/** A client whose statistics can be read. */
export interface StatsSource {
  getStats(): ProfilingStats;
}

/** By a symbol that all copies share: metrics are a module of their own, and the package can be loaded as ES module and CommonJS at once. */
const REGISTRY = Symbol.for('sentry-bounded-profiling.clients');

interface Registry {
  readonly live: Set<StatsSource>;
  /** The counts of all closed clients, as if they had been one. */
  closed: ProfilingStats | undefined;
}

/** Adds a client that has been set up. */
export function addClient(client: StatsSource): void {
  registry().live.add(client);
}

/** Takes out a client that has been closed. Its counts stay. */
export function removeClient(client: StatsSource): void {
  const all = registry();
  if (!all.live.delete(client)) return;
  const stats = client.getStats();
  all.closed = all.closed === undefined ? stats : addUp(all.closed, stats);
}

/** The statistics of all clients of this process that are set up and not closed. */
export function liveStats(): ProfilingStats[] {
  return Array.from(registry().live, (client) => client.getStats());
}

/** The same and those of closed clients, of which only the counts mean anything. */
export function statsEver(): ProfilingStats[] {
  const { closed } = registry();
  return closed === undefined ? liveStats() : [...liveStats(), closed];
}

function registry(): Registry {
  const shared = globalThis as { [REGISTRY]?: Registry };
  shared[REGISTRY] ??= { live: new Set(), closed: undefined };
  return shared[REGISTRY];
}

/** Figures of the process are the same for all clients, but for one that has profiled nothing: the larger one is right. */
function addUp(one: ProfilingStats, other: ProfilingStats): ProfilingStats {
  const [{ heldBackMs, ...cost }, { heldBackMs: otherHeldBackMs, ...otherCost }] = [one.cost, other.cost];
  return {
    ...other,
    captured: sum(one.captured, other.captured),
    delivered: sum(one.delivered, other.delivered),
    abandoned: sum(one.abandoned, other.abandoned),
    dropped: combine(one.dropped, other.dropped, sum),
    skipped: combine(one.skipped, other.skipped, sum),
    bytes: combine(one.bytes, other.bytes, sum),
    oversized: combine(one.oversized, other.oversized, sum),
    recorder: combine(one.recorder, other.recorder, Math.max),
    cost: {
      ...combine(cost, otherCost, Math.max),
      encodingMs: sum(cost.encodingMs, otherCost.encodingMs),
      heldBackMs: combine(heldBackMs, otherHeldBackMs, sum),
    },
  };
}

/** In whole thousandths, because metrics tell milliseconds to the microsecond, and a sum of fractions depends on their order. */
function sum(one: number, other: number): number {
  return (Math.round(one * 1000) + Math.round(other * 1000)) / 1000;
}

function combine<T extends object>(one: T, other: T, by: (one: number, other: number) => number): T {
  const combined: Record<string, number> = Object.fromEntries(Object.entries(one));
  for (const [key, value] of Object.entries(other)) combined[key] = by(combined[key] ?? 0, value);
  return combined as T;
}
