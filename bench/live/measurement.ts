import { quantile } from '../support/numbers.ts';
import { coveredShare } from './coverage.ts';
import type { LoadResult } from './load.ts';
import type { RelayReport, ServerReport } from './messages.ts';

/** The figures of one run: from the load, the service and the relay. */
export interface Measurement {
  /** Of one core, if the load takes no longer than planned: who falls behind does the same work later, and no less of it. */
  readonly cpuShare: number;
  readonly peakRssBytes: number;
  readonly spanEndP50Ms: number;
  readonly spanEndP99Ms: number;
  readonly requestP50Ms: number;
  readonly requestP99Ms: number;
  readonly longestStopMs: number;
  readonly failedRequests: number;
  readonly transactions: number;
  readonly profiles: number;
  readonly chunks: number;
  /** Of the time in which root spans were open. */
  readonly coveredShare: number;
  /** Why Relay would drop profiles that arrived: each reason once. */
  readonly invalid: readonly string[];
}

/** @param plannedMs how long the load is meant to take from the end of the warm-up on, where CPU is counted from */
export function toMeasurement(
  plannedMs: number,
  load: LoadResult,
  server: ServerReport,
  relay: RelayReport,
): Measurement {
  return {
    cpuShare: server.cpuMs / plannedMs,
    peakRssBytes: server.peakRssBytes,
    spanEndP50Ms: quantile(server.spanEndsMs, 0.5),
    spanEndP99Ms: quantile(server.spanEndsMs, 0.99),
    requestP50Ms: quantile(load.latenciesMs, 0.5),
    requestP99Ms: quantile(load.latenciesMs, 0.99),
    longestStopMs: server.longestStopMs,
    failedRequests: load.failed,
    transactions: server.transactions,
    profiles: relay.profiles,
    chunks: relay.chunks.length,
    coveredShare: coveredShare(server.busy, relay.chunks),
    invalid: [...new Set(relay.invalid)],
  };
}
