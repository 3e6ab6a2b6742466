import { DISCARD_REASONS, SKIP_REASONS } from './discard-reasons.ts';
import { liveClients } from './live-clients.ts';
import type { ProfilingStats } from './stats.ts';

/** One figure of all clients together, by its labels. */
export interface Reading {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A figure as metrics know it: a sum that only rises, or a level. */
export interface Metric {
  /** Without prefix and unit. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  /** A base unit; undefined for a count. */
  readonly unit: 'bytes' | 'seconds' | 'ratio' | undefined;
  readonly help: string;
  readonly labelNames: readonly string[];
  read(all: readonly ProfilingStats[]): readonly Reading[];
}

const STATES = ['normal', 'reduced', 'paused'] as const;
const CAUSES = ['heap', 'container', 'contexts', 'budget'] as const;
const DROP_REASONS = Object.keys(DISCARD_REASONS) as (keyof typeof DISCARD_REASONS)[];
const SKIPS = Object.keys(SKIP_REASONS) as (keyof typeof SKIP_REASONS)[];
const MS_PER_SECOND = 1000;

type Figure = (stats: ProfilingStats) => number;

/** All clients of this process. */
export function readClients(): ProfilingStats[] {
  return Array.from(liveClients(), (client) => client.getStats());
}

/** Every figure that the statistics hold and that changes: closed sets of labels, base units. */
export const METRICS: readonly Metric[] = [
  counter(
    'profiles_captured',
    'Profiles taken on their way out, or lost before for want of room.',
    (s) => s.captured,
  ),
  counter('profiles_delivered', 'Profiles that the server has acknowledged.', (s) => s.delivered),
  labelled(
    'counter',
    'profiles_dropped',
    'Profiles that did not arrive, by reason.',
    'reason',
    DROP_REASONS,
    (s, reason) => s.dropped[reason] ?? 0,
  ),
  labelled(
    'counter',
    'profiles_skipped',
    'Profiles that were chosen and not taken, by reason.',
    'reason',
    SKIPS,
    (s, reason) => s.skipped[reason],
  ),
  counter('profiles_abandoned', 'Profiles whose transaction never came.', (s) => s.abandoned),
  gauge(
    'profiles_pending',
    'Profiles that are being encoded, wait, or are being uploaded.',
    (s) => s.pending,
  ),
  shared('gauge', 'profiles_running', 'V8 profiles open now.', (s) => s.running),
  gauge('held', 'Memory that profiling holds now.', (s) => s.memory.heldBytes, 'bytes'),
  gauge(
    'reserved',
    'Memory that is set aside for profiles that run.',
    (s) => s.memory.reservedBytes,
    'bytes',
  ),
  gauge('budget', 'Memory that profiling may hold.', (s) => s.memory.budgetBytes, 'bytes'),
  shared('gauge', 'recording', 'Memory of the shared recording.', (s) => s.recorder.bytes, 'bytes'),
  worst('sampling_rate', 'Share of your own rate that is in force.', (s) => s.sampling.rate, Math.min),
  worst(
    'heap_used',
    'Live share of the old generation after the last major collection.',
    (s) => s.sampling.heapUsedRatio,
    Math.max,
  ),
  worst(
    'container_used',
    'Share of the memory limit of the container that is taken.',
    (s) => s.sampling.containerUsedRatio,
    Math.max,
  ),
  gauge('active_contexts', 'Active async contexts.', (s) => s.sampling.activeContexts),
  labelled('gauge', 'state', '1 for the state that is in force.', 'state', STATES, (s, state) =>
    Number(s.sampling.state === state),
  ),
  labelled('gauge', 'cause', '1 for the cause of the reduced rate.', 'cause', CAUSES, (s, cause) =>
    Number(s.sampling.cause === cause),
  ),
  counter(
    'original',
    'Encoded profiles, as JSON.stringify would have written them.',
    (s) => s.bytes.original,
    'bytes',
  ),
  counter('encoded', 'Encoded profiles, as they are.', (s) => s.bytes.encoded, 'bytes'),
  counter('sent', 'Acknowledged request bodies, compressed.', (s) => s.bytes.sent, 'bytes'),
  counter('chunks_split', 'Chunks that were sent in several parts.', (s) => s.oversized.split),
  counter(
    'profiles_thinned',
    'Profiles of transactions that were thinned to fit.',
    (s) => s.oversized.thinned,
  ),
  shared('counter', 'native_stops', 'V8 profiles that were stopped.', (s) => s.recorder.nativeStops),
  shared('counter', 'recorder_restarts', 'How often the thread of V8 was stuck.', (s) => s.recorder.restarts),
  gauge('uploads_active', 'Uploads under way.', (s) => s.upload.active),
  gauge('uploads_waiting', 'Uploads that wait.', (s) => s.upload.waiting),
  gauge('upload_failing', '1 while no upload gets an answer.', (s) =>
    Number(s.upload.failingSinceMs !== undefined),
  ),
  shared(
    'counter',
    'native_stop',
    'Event loop taken by native stops.',
    (s) => s.cost.nativeStopMs / MS_PER_SECOND,
    'seconds',
  ),
  shared(
    'counter',
    'interning',
    'Event loop taken by interning.',
    (s) => s.cost.interningMs / MS_PER_SECOND,
    'seconds',
  ),
  counter('encoding', 'Event loop taken by encoding.', (s) => s.cost.encodingMs / MS_PER_SECOND, 'seconds'),
  shared(
    'counter',
    'deflating',
    'Time that deflating took on the threads of zlib.',
    (s) => s.cost.deflatingMs / MS_PER_SECOND,
    'seconds',
  ),
  slowest(
    'transaction_delay_median',
    'How long transactions were held back for their profiles, at the median.',
    (s) => s.cost.heldBackMs.p50,
  ),
  slowest('transaction_delay_p99', 'The same at the 99th percentile.', (s) => s.cost.heldBackMs.p99),
  slowest(
    'transaction_delay_longest',
    'The longest that a transaction was held back.',
    (s) => s.cost.heldBackMs.longest,
  ),
];

function counter(name: string, help: string, pick: Figure, unit?: Metric['unit']): Metric {
  return { ...unlabelled(help, (all) => sum(all, pick)), name, kind: 'counter', unit };
}

function gauge(name: string, help: string, pick: Figure, unit?: Metric['unit']): Metric {
  return { ...unlabelled(help, (all) => sum(all, pick)), name, kind: 'gauge', unit };
}

/** A figure of the process. Each client tells the same, so it must not be added up. */
function shared(
  kind: Metric['kind'],
  name: string,
  help: string,
  pick: Figure,
  unit?: Metric['unit'],
): Metric {
  return { ...unlabelled(help, (all) => Math.max(0, ...all.map(pick))), name, kind, unit };
}

/** A share, of which the worst of all clients says most. */
function worst(name: string, help: string, pick: Figure, choose: typeof Math.max): Metric {
  return { ...unlabelled(help, (all) => choose(...all.map(pick))), name, kind: 'gauge', unit: 'ratio' };
}

function slowest(name: string, help: string, pickMs: Figure): Metric {
  return shared('gauge', name, help, (stats) => pickMs(stats) / MS_PER_SECOND, 'seconds');
}

function unlabelled(
  help: string,
  value: (all: readonly ProfilingStats[]) => number,
): Pick<Metric, 'help' | 'labelNames' | 'read'> {
  return {
    help,
    labelNames: [],
    read: (all) => (all.length === 0 ? [] : [{ labels: {}, value: value(all) }]),
  };
}

function labelled<Label extends string>(
  kind: Metric['kind'],
  name: string,
  help: string,
  labelName: string,
  labels: readonly Label[],
  pick: (stats: ProfilingStats, label: Label) => number,
): Metric {
  const read = (all: readonly ProfilingStats[]): Reading[] =>
    labels.map((label) => ({
      labels: { [labelName]: label },
      value: sum(all, (stats) => pick(stats, label)),
    }));
  return { name, kind, unit: undefined, help, labelNames: [labelName], read };
}

function sum(all: readonly ProfilingStats[], pick: Figure): number {
  return all.reduce((total, stats) => total + pick(stats), 0);
}
