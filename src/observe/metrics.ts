import { liveStats, statsEver } from './client-registry.ts';
import { DISCARD_REASONS, SKIP_REASONS } from './discard-reasons.ts';
import { counter, gauge, labelled, type Metric, type Reading, seconds, shared, worst } from './metric.ts';

const STATES = ['normal', 'reduced', 'paused'] as const;
const CAUSES = ['heap', 'container', 'contexts', 'budget'] as const;
const DROP_REASONS = Object.keys(DISCARD_REASONS) as (keyof typeof DISCARD_REASONS)[];
const SKIPS = Object.keys(SKIP_REASONS) as (keyof typeof SKIP_REASONS)[];

/** Reads a metric of this process. A counter counts closed clients too, because it must not fall. */
export function readMetric({ kind, read }: Pick<Metric, 'kind' | 'read'>): readonly Reading[] {
  return read(kind === 'counter' ? statsEver() : liveStats());
}

/** The figures of the statistics that change: closed sets of labels, base units. */
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
  gauge('peak_held', 'The most that profiling has held.', (s) => s.memory.peakHeldBytes, 'bytes'),
  gauge(
    'reserved',
    'Memory that is set aside for profiles that run.',
    (s) => s.memory.reservedBytes,
    'bytes',
  ),
  gauge('budget', 'Memory that profiling may hold.', (s) => s.memory.budgetBytes, 'bytes'),

  shared('gauge', 'recording', 'Memory of the shared recording.', (s) => s.recorder.bytes, 'bytes'),
  shared('gauge', 'recording_segments', 'Segments that are kept.', (s) => s.recorder.segments),
  shared('gauge', 'recording_frames', 'Different frames that are kept.', (s) => s.recorder.frames),
  shared('gauge', 'recording_stacks', 'Different call stacks that are kept.', (s) => s.recorder.stacks),
  shared('counter', 'ticks', 'Ticks that V8 has recorded.', (s) => s.recorder.ticks),
  shared('counter', 'ticks_lost', 'Ticks that are missing between them.', (s) => s.recorder.ticksLost),
  shared('counter', 'native_stops', 'V8 profiles that were stopped.', (s) => s.recorder.nativeStops),
  shared('counter', 'recorder_restarts', 'How often the thread of V8 was stuck.', (s) => s.recorder.restarts),

  worst('sampling_rate', 'Share of your own rate that is in force.', 'min', (s) => s.sampling.rate),
  worst(
    'heap_used',
    'Live share of the old generation after the last major collection.',
    'max',
    (s) => s.sampling.heapUsedRatio,
  ),
  worst(
    'container_used',
    'Share of the memory limit of the container that is taken.',
    'max',
    (s) => s.sampling.containerUsedRatio,
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

  worst('item_limit', 'Limit for one profile.', 'min', (s) => s.limits.itemBytes, 'bytes'),
  worst('envelope_limit', 'Limit for one envelope.', 'min', (s) => s.limits.envelopeBytes, 'bytes'),
  worst(
    'request_limit',
    'Limit for a request body, compressed. None without a limit.',
    'min',
    (s) => s.limits.requestBytes,
    'bytes',
  ),
  counter('chunks_split', 'Chunks that were sent in several parts.', (s) => s.oversized.split),
  counter(
    'profiles_thinned',
    'Profiles of transactions that were thinned to fit.',
    (s) => s.oversized.thinned,
  ),
  worst(
    'thinned_samples_kept',
    'Share of their samples that thinned profiles have kept.',
    'min',
    (s) => s.oversized.sampleShare,
  ),
  worst(
    'thinned_self_time_distance',
    'The most that thinning has moved the self times of one profile.',
    'max',
    (s) => s.oversized.selfTimeDistance,
  ),

  gauge('uploads_active', 'Uploads under way.', (s) => s.upload.active),
  gauge('uploads_waiting', 'Uploads that wait.', (s) => s.upload.waiting),
  gauge('upload_failing', '1 while no upload gets an answer.', (s) =>
    Number(s.upload.failingSinceMs !== undefined),
  ),

  seconds('shared counter', 'native_stop', 'Event loop taken by native stops.', (s) => s.cost.nativeStopMs),
  seconds('shared counter', 'interning', 'Event loop taken by interning.', (s) => s.cost.interningMs),
  seconds('counter', 'encoding', 'Event loop taken by encoding.', (s) => s.cost.encodingMs),
  seconds(
    'shared counter',
    'deflating',
    'Time that deflating took, on the threads of zlib unless the input is small.',
    (s) => s.cost.deflatingMs,
  ),
  seconds(
    'slowest',
    'longest_slice',
    'Longest stretch of the event loop that interning or encoding has taken.',
    (s) => s.longestSliceMs,
  ),
  seconds(
    'slowest',
    'longest_native_stop',
    'Longest time that one native stop has taken.',
    (s) => s.longestStopMs,
  ),
  counter(
    'transactions_delayed',
    'Transactions that have left with their profile, or after waiting for it.',
    (s) => s.cost.heldBackMs.count,
  ),
  seconds(
    'counter',
    'transaction_delay',
    'How long all of them together were held back for their profiles.',
    (s) => s.cost.heldBackMs.total,
  ),
  seconds(
    'slowest',
    'transaction_delay_median',
    'How long transactions were held back for their profiles, at the median.',
    (s) => s.cost.heldBackMs.p50,
  ),
  seconds(
    'slowest',
    'transaction_delay_p99',
    'The same at the 99th percentile.',
    (s) => s.cost.heldBackMs.p99,
  ),
  seconds(
    'slowest',
    'transaction_delay_longest',
    'The longest that a transaction was held back.',
    (s) => s.cost.heldBackMs.longest,
  ),
];
