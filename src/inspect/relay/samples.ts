import { isJsonObject, type JsonObject } from '../json-object.ts';
import type { Payload } from '../payload.ts';
import { type Reasons, show } from './reasons.ts';
import { isString, isU64 } from './values.ts';

/** relay-profiling/src/lib.rs: MAX_PROFILE_DURATION and MAX_PROFILE_CHUNK_DURATION. */
const MAX_PROFILE_NS = 30_000_000_000n;
const MAX_CHUNK_S = 66;

interface SampleV1 {
  readonly isIdle: boolean;
  readonly thread: bigint;
  readonly ns: bigint;
}

/** Drops samples as `SampleProfile::normalize` does, and says why the others make no profile. */
export function checkSamplesV1(
  { samples, stacks }: Payload,
  transaction: JsonObject,
  reasons: Reasons,
): void {
  const known = reasons.list.length;
  reasons.first(samples, (sample) => {
    const { thread_id, elapsed_since_start_ns: time } = isJsonObject(sample) ? sample : ({} as JsonObject);
    if (!isU64(thread_id)) return `\`thread_id\` of a sample is ${show(thread_id)}, not an integer`;
    return isU64(time)
      ? undefined
      : `\`elapsed_since_start_ns\` of a sample is ${show(time)}, not an integer`;
  });
  if (reasons.list.length > known) return;
  const all = samples.map((sample) => {
    const { stack_id, thread_id, elapsed_since_start_ns } = sample as JsonObject;
    const isIdle = !hasFrames(stacks, stack_id);
    return { isIdle, thread: toBigInt(thread_id), ns: toBigInt(elapsed_since_start_ns) };
  });
  const kept = withoutSingles(withoutIdleEdges(all.filter(isWithin(transaction))));
  const last = kept.at(-1);
  if (last === undefined) {
    reasons.add('no samples are left without idle ones at the edges and threads with a single one');
  } else if (last.ns > MAX_PROFILE_NS) {
    reasons.add(`the last sample is ${last.ns} ns after the start, and ${MAX_PROFILE_NS} are allowed`);
  }
}

/** Older SDKs give the time of the transaction within the profile, and Relay cuts by it. */
function isWithin({ relative_start_ns, relative_end_ns }: JsonObject): (sample: SampleV1) => boolean {
  const startNs = isU64(relative_start_ns) ? toBigInt(relative_start_ns) : 0n;
  const endNs = isU64(relative_end_ns) ? toBigInt(relative_end_ns) : 0n;
  return ({ ns }) => endNs === 0n || (ns >= startNs && ns <= endNs);
}

function withoutIdleEdges(samples: readonly SampleV1[]): SampleV1[] {
  const active = new Map<bigint, { readonly first: number; last: number }>();
  for (const [index, { isIdle, thread }] of samples.entries()) {
    if (isIdle) continue;
    const range = active.get(thread);
    if (range === undefined) active.set(thread, { first: index, last: index });
    else range.last = index;
  }
  return samples.filter(({ thread }, index) => {
    const range = active.get(thread);
    return range !== undefined && index >= range.first && index <= range.last;
  });
}

function withoutSingles(samples: readonly SampleV1[]): SampleV1[] {
  const counts = new Map<bigint, number>();
  for (const { thread } of samples) counts.set(thread, (counts.get(thread) ?? 0) + 1);
  return samples.filter(({ thread }) => counts.get(thread) !== 1);
}

/** Of a number, or a string of one, that may have a sign. */
function toBigInt(value: unknown): bigint {
  return BigInt(typeof value === 'string' ? value.replace('+', '') : Number(value));
}

function hasFrames(stacks: Payload['stacks'], stackId: unknown): boolean {
  const stack = typeof stackId === 'number' ? stacks[stackId] : undefined;
  return Array.isArray(stack) && stack.length > 0;
}

/** `ProfileData::normalize`. Relay sorts the samples itself, so their order is free. */
export function checkSamplesV2({ samples, stacks }: Payload, reasons: Reasons): void {
  const known = reasons.list.length;
  reasons.first(samples, (sample) => {
    const { thread_id, timestamp } = isJsonObject(sample) ? sample : ({} as JsonObject);
    if (!isString(thread_id)) return `\`thread_id\` of a sample is ${show(thread_id)}, not a string`;
    return typeof timestamp === 'number'
      ? undefined
      : `\`timestamp\` of a sample is ${show(timestamp)}, not seconds`;
  });
  if (reasons.list.length > known) return;
  const busy = new Map<unknown, number>();
  for (const { stack_id, thread_id } of samples as readonly JsonObject[]) {
    if (hasFrames(stacks, stack_id)) busy.set(thread_id, (busy.get(thread_id) ?? 0) + 1);
  }
  let firstS = Number.POSITIVE_INFINITY;
  let lastS = Number.NEGATIVE_INFINITY;
  for (const { thread_id, timestamp } of samples as readonly JsonObject[]) {
    if ((busy.get(thread_id) ?? 0) < 2) continue;
    firstS = Math.min(firstS, Number(timestamp));
    lastS = Math.max(lastS, Number(timestamp));
  }
  if (firstS > lastS)
    reasons.add('no samples are left without threads that have fewer than two that are not idle');
  else if (lastS - firstS > MAX_CHUNK_S) {
    reasons.add(`the samples span ${(lastS - firstS).toFixed(1)} s, and ${MAX_CHUNK_S} are allowed`);
  }
}
