import { isJsonObject } from './json-object.ts';
import type { Payload } from './payload.ts';

const NS_PER_US = 1e3;
const US_PER_S = 1e6;

/** The samples of one thread in the order of their times, as Sentry reads them. */
export interface Timeline {
  readonly threadId: string;
  /** Since the start of the profile (v1) or the epoch (v2). */
  readonly timesUs: Float64Array;
  readonly stackIds: Int32Array;
}

/** Leaves out samples without a time or a stack. */
export function timelinesOf({ format, samples, stacks }: Payload): Timeline[] {
  const threads = new Map<string, { timeUs: number; stackId: number }[]>();
  for (const sample of samples) {
    if (!isJsonObject(sample)) continue;
    const timeUs =
      format === 'v1'
        ? readNumber(sample.elapsed_since_start_ns) / NS_PER_US
        : readNumber(sample.timestamp) * US_PER_S;
    const stackId = sample.stack_id;
    if (!Number.isFinite(timeUs) || typeof stackId !== 'number' || !Array.isArray(stacks[stackId])) continue;
    const threadId = String(sample.thread_id);
    const thread = threads.get(threadId);
    if (thread === undefined) threads.set(threadId, [{ timeUs, stackId }]);
    else thread.push({ timeUs, stackId });
  }
  return Array.from(threads, ([threadId, ticks]) => {
    ticks.sort((a, b) => a.timeUs - b.timeUs);
    return {
      threadId,
      timesUs: Float64Array.from(ticks, ({ timeUs }) => timeUs),
      stackIds: Int32Array.from(ticks, ({ stackId }) => stackId),
    };
  });
}

/** SDKs write whole numbers as they are, or as strings because 64 bits exceed a double. */
function readNumber(value: unknown): number {
  return typeof value === 'number' || (typeof value === 'string' && value !== '')
    ? Number(value)
    : Number.NaN;
}
