import { hasToJson } from './to-json.ts';
import { MalformedProfileError } from './types.ts';

/**
 * The length of a list of a profile, which may be a proxy that says anything, or have a JSON form that is none of its members.
 *
 * @throws MalformedProfileError when it is no array, or such an array
 */
export function listLength(list: unknown, what: string): number {
  if (!Array.isArray(list) || hasToJson(list)) {
    throw new MalformedProfileError(`Expected ${what} to be a plain array`);
  }
  const length: unknown = list.length;
  if (typeof length !== 'number' || length >>> 0 !== length) {
    throw new MalformedProfileError(`Expected ${what} to have a length`);
  }
  return length;
}
