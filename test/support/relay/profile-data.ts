import type { JsonObject } from './envelope.ts';
import { isIndex, isIntegerString, isU32, type Problems, show } from './fields.ts';

/** relay-profiling/src/lib.rs: MAX_PROFILE_DURATION and MAX_PROFILE_CHUNK_DURATION. */
const MAX_PROFILE_DURATION_NS = 30_000_000_000n;
const MAX_CHUNK_DURATION_S = 66;

/** One mistake repeated in a hundred thousand samples is one problem, not a hundred thousand. */
function firstOnly(
  problems: Problems,
  values: readonly unknown[],
  check: (value: unknown) => string | undefined,
) {
  for (const [index, value] of values.entries()) {
    const problem = check(value);
    if (problem !== undefined) {
      problems.add(`[${index}] ${problem}`);
      return;
    }
  }
}

/** Rules for both formats: `SampleProfile` and `ProfileData` in relay-profiling/src/sample/v1.rs and v2.rs. */
export function checkTables(profile: JsonObject, problems: Problems): void {
  const stacks = problems.array(profile, 'stacks');
  const frames = problems.array(profile, 'frames');
  firstOnly(problems, problems.array(profile, 'samples'), (sample) => {
    const { stack_id } = (sample ?? {}) as JsonObject;
    return isIndex(stack_id, stacks.length)
      ? undefined
      : `sample: stack_id is ${show(stack_id)}, there are ${stacks.length} stacks`;
  });
  firstOnly(problems, stacks, (stack) => {
    if (!Array.isArray(stack)) {
      return 'stack: not an array';
    }
    const wrong = stack.findIndex((frame) => !isIndex(frame, frames.length));
    return wrong < 0 ? undefined : `stack: frame ${show(stack[wrong])}, there are ${frames.length} frames`;
  });
  firstOnly(problems, frames, frameProblem);
  checkThreadMetadata(profile.thread_metadata, problems);
}

const FRAME_MEMBERS: Record<string, (value: unknown) => boolean> = {
  abs_path: isString,
  colno: isU32,
  filename: isString,
  function: isString,
  in_app: (value) => typeof value === 'boolean',
  lineno: isU32,
  module: isString,
  platform: isString,
};

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

/** relay-profiling/src/sample/mod.rs: every member of `Frame` is optional, none may have another type. */
function frameProblem(frame: unknown): string | undefined {
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    return 'frame: not an object';
  }
  for (const [key, value] of Object.entries(frame)) {
    const accepts = Object.hasOwn(FRAME_MEMBERS, key) ? FRAME_MEMBERS[key] : undefined;
    if (accepts !== undefined && value !== null && !accepts(value)) {
      return `frame: ${key} is ${show(value)}`;
    }
  }
  return undefined;
}

function checkThreadMetadata(threads: unknown, problems: Problems): void {
  if (threads === undefined) {
    return;
  }
  if (typeof threads !== 'object' || threads === null || Array.isArray(threads)) {
    problems.add(`thread_metadata is ${show(threads)}, not an object`);
    return;
  }
  firstOnly(problems, Object.values(threads), (thread) => {
    const { name, priority } = (thread ?? {}) as JsonObject;
    const nameIsRight = name === undefined || name === null || isString(name);
    const priorityIsRight = priority === undefined || priority === null || isU32(priority);
    return nameIsRight && priorityIsRight ? undefined : `thread_metadata: ${show(thread)}`;
  });
}

interface SampleV1 {
  stack_id: number;
  thread_id: string;
  elapsed_since_start_ns: string;
}

/** `SampleProfile::normalize` drops samples, and the rest has to make a profile. */
export function checkSamplesV1(profile: JsonObject, problems: Problems): void {
  const samples = (Array.isArray(profile.samples) ? profile.samples : []) as SampleV1[];
  firstOnly(problems, samples, (sample) => {
    const { thread_id, elapsed_since_start_ns } = (sample ?? {}) as JsonObject;
    if (!isIntegerString(thread_id)) {
      return `sample: thread_id is ${show(thread_id)}, not an integer written as a string`;
    }
    return isIntegerString(elapsed_since_start_ns)
      ? undefined
      : `sample: elapsed_since_start_ns is ${show(elapsed_since_start_ns)}, not an integer written as a string`;
  });
  if (problems.list.length > 0) {
    return;
  }
  const kept = withoutSingles(withoutIdleEdges(samples, profile.stacks as unknown[][]));
  const last = kept.at(-1);
  if (last === undefined) {
    problems.add('no samples are left after idle ones and threads with a single one were stripped');
  } else if (BigInt(last.elapsed_since_start_ns) > MAX_PROFILE_DURATION_NS) {
    problems.add(`the last sample is ${last.elapsed_since_start_ns} ns after the start, 30 s are allowed`);
  }
}

function withoutIdleEdges(samples: readonly SampleV1[], stacks: readonly unknown[][]): SampleV1[] {
  const active = new Map<string, { first: number; last: number }>();
  for (const [index, { stack_id, thread_id }] of samples.entries()) {
    if ((stacks[stack_id]?.length ?? 0) > 0) {
      active.set(thread_id, { first: active.get(thread_id)?.first ?? index, last: index });
    }
  }
  return samples.filter(({ thread_id }, index) => {
    const range = active.get(thread_id);
    return range !== undefined && index >= range.first && index <= range.last;
  });
}

function withoutSingles(samples: readonly SampleV1[]): SampleV1[] {
  const counts = new Map<string, number>();
  for (const { thread_id } of samples) {
    counts.set(thread_id, (counts.get(thread_id) ?? 0) + 1);
  }
  return samples.filter(({ thread_id }) => (counts.get(thread_id) ?? 0) > 1);
}

/** `ProfileData::normalize`: the server sorts by time itself, so the order is free. */
export function checkSamplesV2(profile: JsonObject, problems: Problems): void {
  const samples = Array.isArray(profile.samples) ? profile.samples : [];
  if (samples.length === 0) {
    problems.add('no samples');
  }
  firstOnly(problems, samples, (sample) => {
    const { thread_id, timestamp } = (sample ?? {}) as JsonObject;
    if (typeof thread_id !== 'string') {
      return `sample: thread_id is ${show(thread_id)}, not a string`;
    }
    return typeof timestamp === 'number' && timestamp > 0
      ? undefined
      : `sample: timestamp is ${show(timestamp)}, not seconds since the epoch`;
  });
  let [firstS, lastS] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const sample of samples) {
    const timestamp = Number((sample as JsonObject | null)?.timestamp);
    firstS = Math.min(firstS, timestamp);
    lastS = Math.max(lastS, timestamp);
  }
  if (lastS - firstS > MAX_CHUNK_DURATION_S) {
    problems.add(`the samples span ${lastS - firstS} s, ${MAX_CHUNK_DURATION_S} s are allowed`);
  }
}
