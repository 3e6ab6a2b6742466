import { hasToJson } from './to-json.ts';
import { MalformedProfileError } from './types.ts';

/**
 * The length of a list of a profile. The list may be a proxy with any length, or may have a `toJSON` that does not show its
 * members.
 *
 * @throws MalformedProfileError for those, and if it is no array
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
