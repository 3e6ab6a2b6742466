import type { ProfilingStats } from './stats.ts';

/** A client whose statistics can be read. */
export interface StatsSource {
  getStats(): ProfilingStats;
}

/** By a symbol that all copies share: metrics are a module of their own, and the package can be loaded as ES module and CommonJS at once. */
const CLIENTS = Symbol.for('sentry-bounded-profiling.clients');

type Shared = { [CLIENTS]?: Set<StatsSource> };

/** The clients that are set up and not closed. */
export function liveClients(): Set<StatsSource> {
  const shared = globalThis as Shared;
  shared[CLIENTS] ??= new Set();
  return shared[CLIENTS];
}
