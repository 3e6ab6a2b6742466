import { randomUUID } from 'node:crypto';
import type { Pace } from '../pace/pace.ts';
import type { CompactProfile } from './compact.ts';
import type { SampleColumns } from './sample-columns.ts';
import { type RepeatedSample, type Selection, selectSamples, WHOLE } from './select.ts';

/** A stretch of a chunk's time. */
export interface Stretch {
  readonly indices: Uint32Array;
  readonly ends: readonly RepeatedSample[];
  /** The first stretch begins at minus infinity, and the last ends at infinity, so that nothing falls outside. */
  readonly fromTime: number;
  readonly untilTime: number;
  readonly isFirst: boolean;
}

/** The samples of a chunk in the order of their time. */
export interface Timeline {
  readonly columns: SampleColumns;
  readonly order: Uint32Array;
  /** For each place in that order the place of the next sample of the same thread; 0 for the last one of a thread. */
  readonly next: Uint32Array;
}

export function timelineOf(columns: SampleColumns): Timeline {
  const { length, times, isSorted } = columns;
  const order = Uint32Array.from({ length }, (_, i) => i);
  if (!isSorted) order.sort((a, b) => times[a]! - times[b]! || a - b);
  const next = new Uint32Array(length);
  const following = new Uint32Array(columns.threadIds.length);
  for (let place = length - 1; place >= 0; place--) {
    const thread = columns.threads[order[place]!]!;
    next[place] = following[thread]!;
    following[thread] = place;
  }
  return { columns, order, next };
}

/** The stretch of a timeline from one place to another. */
export function stretchOf(timeline: Timeline, start: number, end: number): Stretch {
  const { columns, order } = timeline;
  const timeAt = (i: number): number => columns.times[order[i]!]!;
  return {
    indices: order.subarray(start, end),
    ends: endsOf(timeline, start, end),
    fromTime: start === 0 ? Number.NEGATIVE_INFINITY : timeAt(start),
    untilTime: end === order.length ? Number.POSITIVE_INFINITY : timeAt(end),
    isFirst: start === 0,
  };
}

/**
 * Repeats the last sample of each thread, at the time of the thread's next sample after the stretch. The sample stands until then,
 * and Sentry reads nothing but the time from the last sample of a thread.
 */
function endsOf({ columns, order, next }: Timeline, start: number, end: number): RepeatedSample[] {
  const seen = new Set<number>();
  const ends: RepeatedSample[] = [];
  for (let place = end - 1; place >= start && seen.size < columns.threadIds.length; place--) {
    const thread = columns.threads[order[place]!]!;
    const nextPlace = next[place]!;
    if (!seen.has(thread) && nextPlace >= end) {
      ends.push({ index: order[place]!, timeOf: order[nextPlace]! });
    }
    seen.add(thread);
  }
  return ends;
}

/**
 * Makes a chunk of its own out of a stretch of another one. Nothing is lost and nothing is doubled: the time of each sample, each
 * measured value and each thread without samples goes to one chunk. Only members that describe the whole are repeated. The first
 * chunk keeps the id.
 */
export function* cutStretch(
  profile: CompactProfile,
  columns: SampleColumns,
  stretch: Stretch,
  pace: Pace,
): Generator<void, Selection> {
  const { profile: part } = yield* selectSamples(profile, columns.stackIds, stretch, WHOLE, pace);
  const { thread_metadata, ...sampled } = part.profile as CompactProfile['profile'] & Described;
  const { measurements, ...meta } = part as CompactProfile & Measured;
  const ownMetadata = isRecord(thread_metadata)
    ? threadsOf(thread_metadata, columns, stretch)
    : thread_metadata;
  const ownMeasurements = isRecord(measurements) ? valuesOf(measurements, stretch) : measurements;
  const own = {
    ...meta,
    ...(stretch.isFirst ? {} : { chunk_id: randomUUID().replaceAll('-', '') }),
    ...(ownMeasurements === undefined ? {} : { measurements: ownMeasurements }),
    profile: { ...sampled, ...(ownMetadata === undefined ? {} : { thread_metadata: ownMetadata }) },
  };
  return { profile: own };
}

/** Other members of a chunk, as the SDK documents them. A processor may have changed them. */
interface Described {
  thread_metadata?: unknown;
}
interface Measured {
  measurements?: unknown;
}

type Fields = Record<string, unknown>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function threadsOf(metadata: Fields, { threads, threadIds }: SampleColumns, stretch: Stretch): Fields {
  const here = new Set<string | undefined>();
  for (const index of stretch.indices) here.add(threadIds[threads[index]!]);
  const anywhere = new Set(threadIds);
  const isOwn = (id: string): boolean => here.has(id) || (stretch.isFirst && !anywhere.has(id));
  return Object.fromEntries(Object.entries(metadata).filter(([id]) => isOwn(id)));
}

/**
 * The measured values of this stretch. A measurement without a value in it is left out. One without a value anywhere, or that is no
 * list, stays with the first stretch.
 */
function valuesOf(measurements: Fields, stretch: Stretch): Fields | undefined {
  const own = Object.entries(measurements).flatMap(([name, measurement]): [string, unknown][] => {
    const values = isRecord(measurement) ? measurement.values : undefined;
    if (!Array.isArray(values) || values.length === 0) return stretch.isFirst ? [[name, measurement]] : [];
    const ownValues = values.filter((value) => isWithin(value, stretch));
    return ownValues.length === 0 ? [] : [[name, { ...(measurement as Fields), values: ownValues }]];
  });
  return own.length === 0 && !stretch.isFirst ? undefined : Object.fromEntries(own);
}

function isWithin(value: unknown, { fromTime, untilTime, isFirst }: Stretch): boolean {
  const time = isRecord(value) ? value.timestamp : undefined;
  if (typeof time !== 'number' || Number.isNaN(time)) return isFirst;
  return time >= fromTime && time < untilTime;
}
