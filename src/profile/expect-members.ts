import { type Pace, STEPS_PER_CHECK } from '../pace/pace.ts';
import { MalformedProfileError } from './types.ts';

type IsMember = (value: unknown) => boolean;

/** Looks at each member of a list. @throws MalformedProfileError for the first one that is missing or not as expected */
export function* expectMembers(
  list: readonly unknown[],
  length: number,
  isMember: IsMember,
  expected: string,
  pace: Pace,
): Generator<void, void> {
  for (let start = 0; start < length; start += STEPS_PER_CHECK) {
    if (!areAll(list, isMember, start, Math.min(start + STEPS_PER_CHECK, length))) {
      throw new MalformedProfileError(`Expected ${expected}`);
    }
    if (pace.isOver()) yield;
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function areAll(list: readonly unknown[], isMember: IsMember, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isMember(list[i])) return false;
  return true;
}
