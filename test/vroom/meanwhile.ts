import type { Profile, Sample, SampledProfile } from '../../src/profile/types.ts';
import type { Recording } from '../sdk/scenarios/recording-beside.mjs';

/** A payload of either format as it arrives. */
export interface ArrivedProfile extends Profile {
  /** When a profile of a transaction begins. */
  readonly timestamp?: string;
}

/** A sample, by the clock of the recording. */
interface Moment {
  readonly timeMs: number;
  readonly sample: Sample;
  /** Undefined where nothing was running. */
  readonly leaf: string | undefined;
}

/** Whatever calls the native start: a native function is in no stack, so that its caller is the leaf. */
const START_LEAF = /(^|\.)startProfiling$/;
const TICK_MS = 1e3 / 99;
/** The times of a chunk count from here. */
const EPOCH = '1970-01-01T00:00:00Z';
const MAIN_THREAD = '0';
/** The SDK dates a profile by its transaction, and the first one of a process begins well before its profile. */
const MAX_SHIFT_MS = 50;

/**
 * V8's recording from the first to the last sample of a payload, as another payload of its format. Where the payload is
 * idle, because nothing was to be profiled, so is the result.
 */
export function recordedMeanwhile(payload: ArrivedProfile, recording: Recording): Profile {
  const { startedAtMs, profile } = withoutStarts(recording);
  const isChunk = payload.timestamp === undefined;
  const recorded = momentsOf(profile, 0);
  const arrived = momentsOf(payload.profile, Date.parse(payload.timestamp ?? EPOCH) - startedAtMs);
  const shiftMs = shiftBetween(arrived, recorded);
  const idle = { stack_id: profile.stacks.length, thread_id: MAIN_THREAD };
  const moments = busyStretches(arrived).flatMap(([fromMs, untilMs]) => [
    ...stretch(recorded, fromMs + shiftMs, untilMs + shiftMs),
    { timeMs: untilMs + shiftMs, sample: idle },
  ]);
  const samples = moments.map(({ timeMs, sample: { stack_id, thread_id } }) => ({
    stack_id,
    thread_id,
    ...(isChunk
      ? { timestamp: (startedAtMs + timeMs) / 1e3 }
      : { elapsed_since_start_ns: String(Math.round(timeMs * 1e6)) }),
  }));
  return { ...payload, profile: { ...profile, samples, stacks: [...profile.stacks, []] } };
}

/** The same without the samples that V8 took because another profile started: they are off the cadence. */
export function withoutStarts<P extends Profile>(recorded: P): P {
  const { profile } = recorded;
  const samples = profile.samples.filter((sample) => !START_LEAF.test(leafOf(sample, profile) ?? ''));
  return { ...recorded, profile: { ...profile, samples } };
}

/** @param startMs when a profile of a transaction begins, or the epoch, by the clock of the recording */
function momentsOf(lists: SampledProfile, startMs: number): Moment[] {
  return lists.samples.map((sample) => {
    const { timestamp, elapsed_since_start_ns } = sample;
    const sinceMs = timestamp === undefined ? Number(elapsed_since_start_ns) / 1e6 : timestamp * 1e3;
    return { timeMs: startMs + sinceMs, sample, leaf: leafOf(sample, lists) };
  });
}

function leafOf({ stack_id }: Sample, { stacks, frames }: SampledProfile): string | undefined {
  const leaf = stacks[stack_id]?.[0];
  return leaf === undefined ? undefined : frames[leaf]?.function;
}

/** How far the clock of an arrived payload is behind: with that, its ticks are where the same were recorded. */
function shiftBetween(arrived: readonly Moment[], recorded: readonly Moment[]): number {
  const middle = arrived[Math.floor(arrived.length / 2)];
  const costOf = (shiftMs: number): number =>
    arrived.reduce((cost, { timeMs, leaf }) => {
      const other = nearest(recorded, timeMs + shiftMs);
      return cost + Math.abs(other.timeMs - timeMs - shiftMs) + (other.leaf === leaf ? 0 : TICK_MS);
    }, 0);
  const shifts = recorded
    .map(({ timeMs }) => timeMs - (middle?.timeMs ?? Number.NaN))
    .filter((shiftMs) => Math.abs(shiftMs) <= MAX_SHIFT_MS);
  const costs = shifts.map(costOf);
  const shiftMs = shifts[costs.indexOf(Math.min(...costs))];
  if (shiftMs === undefined) throw new Error('The recording has nothing of the time of this profile');
  return shiftMs;
}

function nearest(moments: readonly Moment[], timeMs: number): Moment {
  return moments.reduce((best, moment) =>
    Math.abs(moment.timeMs - timeMs) < Math.abs(best.timeMs - timeMs) ? moment : best,
  );
}

/** From when until when something was running, or may have been. */
function busyStretches(moments: readonly Moment[]): [fromMs: number, untilMs: number][] {
  const stretches: [number, number][] = [];
  for (const [i, { timeMs, leaf }] of moments.entries()) {
    const next = moments[i + 1];
    if (leaf === undefined || next === undefined) continue;
    const last = stretches.at(-1);
    if (last?.[1] === timeMs) last[1] = next.timeMs;
    else stretches.push([timeMs, next.timeMs]);
  }
  return stretches;
}

/** The recorded samples from one time to another. The first one begins there. */
function stretch(recorded: readonly Moment[], fromMs: number, untilMs: number): Moment[] {
  const first = recorded.findLastIndex(({ timeMs }) => timeMs <= fromMs);
  const own = recorded.filter(({ timeMs }, i) => i >= first && timeMs < untilMs);
  return own.map((moment) => ({ ...moment, timeMs: Math.max(fromMs, moment.timeMs) }));
}
