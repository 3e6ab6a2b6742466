import type { RelayMessage } from '../../test/support/relay/index.ts';
import type { LoadResult } from './load.ts';
import type { MemorySample } from './memory-sampler.ts';
import type { Mode, Vitals } from './messages.ts';

export type RelayReport = Extract<RelayMessage, { type: 'report' }>;

/** What was seen from all sides during a run. */
export interface Observations {
  mode: Mode;
  /** Absent if the service lived to the end. */
  diedAfterMs?: number;
  memory: readonly MemorySample[];
  peakRssBytes: number;
  load: LoadResult;
  vitals: Vitals;
  relay: RelayReport;
}

/** What has become of the profiles of a run. */
export interface ProfileCounts {
  captured: number;
  delivered: number;
  pending: number;
  /** By reason. */
  dropped: Record<string, number>;
  /** Never started, by reason. */
  skipped: Record<string, number>;
}

/** A run as table, chart and JSON show it. */
export interface RunResult extends Pick<Observations, 'mode' | 'diedAfterMs' | 'memory' | 'peakRssBytes'> {
  longestStallMs: number;
  cpuMs: number;
  load: LoadResult;
  relay: { requests: number; bytesDecompressed: number; bytesOnWire: number; tooLarge: number };
  profiles: ProfileCounts;
  /** What the two ends do not agree about. */
  warnings: string[];
}

export function toResult(seen: Observations): RunResult {
  const { load, vitals, relay, ...rest } = seen;
  const { requests, bytesDecompressed, bytesCompressed: bytesOnWire, status } = relay.totals;
  return {
    ...rest,
    longestStallMs: vitals.longestStallMs,
    cpuMs: vitals.cpuMs,
    load,
    relay: { requests, bytesDecompressed, bytesOnWire, tooLarge: status[413] ?? 0 },
    profiles: countProfiles(vitals, relay.profiles),
    warnings: disagreements(seen),
  };
}

/** The integration keeps the books itself. What the stock SDK does not account for is what is missing at the relay. */
function countProfiles({ stats, captured, discarded }: Vitals, received: number): ProfileCounts {
  if (stats !== undefined) {
    const { total: _, ...dropped } = stats.dropped;
    const { captured: taken, delivered, pending, skipped } = stats;
    return { captured: taken, delivered, pending, dropped, skipped };
  }
  const discardedCount = Object.values(discarded).reduce((sum, count) => sum + count, 0);
  const unaccounted = captured - received - discardedCount;
  const dropped = unaccounted > 0 ? { ...discarded, 'lost, not counted': unaccounted } : discarded;
  return { captured, delivered: received, pending: 0, dropped, skipped: {} };
}

function disagreements({ mode, diedAfterMs, vitals: { stats, captured }, relay }: Observations): string[] {
  const warnings: string[] = [];
  if (relay.invalid.length > 0) {
    warnings.push(`${mode}: the relay found ${relay.invalid.length} invalid: ${relay.invalid[0]?.problems}`);
  }
  if (stats === undefined || diedAfterMs !== undefined) return warnings;
  if (stats.delivered !== relay.profiles) {
    warnings.push(`${mode}: counted ${stats.delivered} delivered, the relay has ${relay.profiles}`);
  }
  // Counted as captured too, and dropped for the budget: what was ended before the SDK had it.
  const lostEarly = stats.captured - captured;
  if (lostEarly < 0 || lostEarly > (stats.dropped.budget ?? 0)) {
    warnings.push(`${mode}: counted ${stats.captured} captured, the SDK made ${captured}`);
  }
  return warnings;
}
