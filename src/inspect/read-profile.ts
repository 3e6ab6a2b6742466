import { type FunctionTable, functionsOf } from './functions.ts';
import { type Payload, parsePayload } from './payload.ts';
import { type Timeline, timelinesOf } from './timelines.ts';

/** A payload, and readings of it that more than one part of the command needs. */
export interface ReadProfile {
  readonly payload: Payload;
  readonly timelines: readonly Timeline[];
  readonly functions: FunctionTable;
}

/** @throws NoProfileError if the payload is no profile */
export function readProfile(text: string): ReadProfile {
  const payload = parsePayload(text);
  return { payload, timelines: timelinesOf(payload), functions: functionsOf(payload) };
}
