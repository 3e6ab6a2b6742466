import { isJsonObject, type JsonObject } from '../json-object.ts';
import type { Payload } from '../payload.ts';
import { type Accepts, type Reasons, show } from './reasons.ts';
import { isBoolean, isString, isU32, optional } from './values.ts';

const FRAME_MEMBERS: readonly (readonly [key: string, accepts: Accepts])[] = [
  ['abs_path', isString],
  ['colno', isU32],
  ['column', isU32],
  ['filename', isString],
  ['file', isString],
  ['function', isString],
  ['name', isString],
  ['in_app', isBoolean],
  ['lineno', isU32],
  ['line', isU32],
  ['module', isString],
  ['platform', isString],
];

/** Rules for both formats: relay-profiling/src/sample/mod.rs, and the checks of indices in v1.rs and v2.rs. */
export function checkTables({ json, samples, stacks, frames }: Payload, reasons: Reasons): void {
  // In v1, Relay strips such a sample where it stands at an edge, as an idle one. It points to nothing all the same.
  reasons.first(samples, (sample) => {
    if (!isJsonObject(sample)) return 'a sample is not an object';
    const { stack_id } = sample;
    return isIndex(stack_id, stacks)
      ? undefined
      : `\`stack_id\` of a sample is ${show(stack_id)}, there are ${stacks.length} stacks`;
  });
  reasons.first(stacks, (stack) => {
    if (!Array.isArray(stack)) return 'a stack is not a list';
    const wrong: unknown = stack.find((index) => !isIndex(index, frames));
    return wrong === undefined && !stack.includes(undefined)
      ? undefined
      : `a stack lists frame ${show(wrong)}, there are ${frames.length} frames`;
  });
  reasons.first(frames, frameReason);
  checkThreads((json.profile as JsonObject).thread_metadata, reasons);
}

function isIndex(value: unknown, list: readonly unknown[]): boolean {
  return isU32(value) && value < list.length;
}

function frameReason(frame: unknown): string | undefined {
  if (!isJsonObject(frame)) return 'a frame is not an object';
  for (const [key, accepts] of FRAME_MEMBERS) {
    const value = frame[key];
    if (value !== undefined && value !== null && !accepts(value))
      return `\`${key}\` of a frame is ${show(value)}`;
  }
  return undefined;
}

function checkThreads(threads: unknown, reasons: Reasons): void {
  if (threads === undefined || threads === null) return;
  if (!isJsonObject(threads)) {
    reasons.add(`\`thread_metadata\` is ${show(threads)}, not an object`);
    return;
  }
  reasons.first(Object.values(threads), (thread) => {
    if (!isJsonObject(thread)) return `a thread of \`thread_metadata\` is ${show(thread)}`;
    const { name, priority } = thread;
    if (!optional(isString)(name)) return `\`name\` of a thread is ${show(name)}`;
    return optional(isU32)(priority) ? undefined : `\`priority\` of a thread is ${show(priority)}`;
  });
}
