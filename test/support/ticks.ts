import type { Frame, Profile, Sample } from '../../src/profile/types.ts';
import type { NativeProfile } from '../../src/record/segment.ts';

/** A tick of V8: when, in milliseconds of a clock, and its frames as text. */
export interface Tick {
  readonly timeMs: number;
  readonly stack: string;
}

/** The same tick is no further apart in two recordings. */
export const TOLERANCE_MS = 3;

type IsStart = (frame: Frame) => boolean;

/** Whether the recorder or `beside` starts profiles by this function. */
export function isStart({ function: name, abs_path }: Frame): boolean {
  return name === 'startBeside' || (name === 'startProfiling' && /dist\/index/.test(String(abs_path)));
}

/**
 * The ticks of a native profile in the order of time.
 *
 * @param isStart whether a sample with that leaf is of the start of a profile: V8 takes one then, of the function that starts it
 */
export function nativeTicks(
  { samples, stacks, frames }: NativeProfile,
  startMs: number,
  isStart: IsStart,
): Tick[] {
  return samples
    .filter(({ stack_id }) => !isStart(frames[stacks[stack_id]?.[0] as number] as Frame))
    .map((sample) => ({
      timeMs: startMs + Number(sample.elapsed_since_start_ns) / 1e6,
      ...stackOf(sample, stacks, frames),
    }))
    .sort((a, b) => a.timeMs - b.timeMs);
}

/**
 * The ticks of a profile as it arrived, in its order: without those that say how long others stand, which are the last one, one
 * without frames, and one that repeats the last tick before a stretch at its beginning.
 *
 * @param startMs when its transaction began; for a chunk, the time since 1970 when the clock was at 0
 */
export function arrivedTicks(
  { profile: { samples, stacks, frames } }: Profile,
  startMs: number,
  isContinued = false,
): Tick[] {
  const all = samples.map((sample) => {
    const { timestamp, elapsed_since_start_ns } = sample;
    const timeMs =
      timestamp === undefined ? startMs + Number(elapsed_since_start_ns) / 1e6 : 1000 * timestamp - startMs;
    return { timeMs, ...stackOf(sample, stacks, frames) };
  });
  return all.slice(isContinued ? 1 : 0, -1).filter(({ stack }) => stack !== '');
}

function stackOf(
  { stack_id }: Sample,
  stacks: readonly number[][],
  frames: readonly Frame[],
): { stack: string } {
  const stack = (stacks[stack_id] as number[]).map((frame) => JSON.stringify(frames[frame]));
  return { stack: stack.join() };
}

/** Which share of these ticks the others have, each once: with the same frames, at about the same time. */
export function shareFound(wanted: readonly Tick[], others: readonly Tick[]): number {
  const left = new Map<string, number[]>();
  for (const { stack, timeMs } of others) left.set(stack, [...(left.get(stack) ?? []), timeMs]);
  let found = 0;
  for (const { stack, timeMs } of wanted) {
    const times = left.get(stack) ?? [];
    const index = times.findIndex((time) => Math.abs(time - timeMs) <= TOLERANCE_MS);
    if (index < 0) continue;
    times.splice(index, 1);
    found++;
  }
  return wanted.length === 0 ? 1 : found / wanted.length;
}

/** A clock is read before the work that it times, and a busy machine may do something else in between. */
const MAX_SHIFT_MS = 100;

/** Ticks that arrived, by the clock of the recording beside: moved to where most of them are found there. */
export function onClockOf(
  recorded: readonly Tick[],
  arrived: readonly Tick[],
  maxShiftMs = MAX_SHIFT_MS,
): Tick[] {
  const [first] = arrived;
  const shifts = recorded
    .filter(({ stack }) => stack === first?.stack)
    .map(({ timeMs }) => timeMs - (first?.timeMs ?? 0))
    .filter((shiftMs) => Math.abs(shiftMs) <= maxShiftMs);
  const moved = [0, ...shifts].map((shiftMs) =>
    arrived.map(({ timeMs, stack }) => ({ timeMs: timeMs + shiftMs, stack })),
  );
  const shares = moved.map((ticks) => shareFound(ticks, recorded));
  return moved[shares.indexOf(Math.max(...shares))] as Tick[];
}

/** Those within a stretch, but for its very ends, where the clocks of two recordings may differ. */
export function ticksWithin(ticks: readonly Tick[], fromMs: number, untilMs: number): Tick[] {
  return ticks.filter(({ timeMs }) => timeMs > fromMs + TOLERANCE_MS && timeMs < untilMs - TOLERANCE_MS);
}
