import { MalformedProfileError } from './types.ts';

/** An index that points to nothing, in words. */
export function indexError(what: string, value: unknown, length: number): MalformedProfileError {
  const got = typeof value === 'number' ? `\`${value}\`` : `a ${typeof value}`;
  return new MalformedProfileError(`Expected ${what} to be an index below ${length}, got ${got}`);
}
