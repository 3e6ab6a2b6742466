import { ArrayView } from './array-view.ts';

/**
 * The longest text, in UTF-16 units, that is stringified in one go. As JSON it takes six bytes a unit at most, and still fits a
 * block.
 */
export const MAX_PIECE_UNITS = 8 * 1024;

/** Longest JSON text of a number (`-1.2345678901234567e-100`) or literal, with its comma. */
const SCALAR_UNITS = 25;

const NOT_A_PIECE = Number.POSITIVE_INFINITY;

/** Types whose values may have a `toJSON`, and so a text of any size. */
const NEEDS_HOLDER: Readonly<Partial<Record<string, boolean>>> = {
  object: true,
  function: true,
  bigint: true,
};

/**
 * An upper bound on the JSON text of a primitive, or of a flat object or array of primitives, in UTF-16 units before escaping.
 * Infinity for a container that holds anything else, and for a value with a `toJSON`: `toJSON` gets the value's key, so the
 * holder of the value has to call it.
 */
export function pieceUnits(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return SCALAR_UNITS + value.length;
    case 'object':
      return value === null ? SCALAR_UNITS : containerUnits(value);
    case 'function':
    case 'bigint':
      return NOT_A_PIECE;
    default:
      return SCALAR_UNITS;
  }
}

function containerUnits(container: object): number {
  try {
    if ('toJSON' in container || container instanceof ArrayView) return NOT_A_PIECE;
    return Array.isArray(container)
      ? arrayUnits(container)
      : objectUnits(container as Record<string, unknown>);
  } catch {
    // An inherited getter may have thrown, which JSON does not read. The value is then written member by member.
    return NOT_A_PIECE;
  }
}

// The two loops below see every member of every list. They are kept free of calls: most profiles are encoded before
// the optimizing compiler has had time for them.

function arrayUnits(values: readonly unknown[]): number {
  const { length } = values;
  // A proxy may have a length that is no number, which would turn the sum into NaN.
  if (length >>> 0 !== length) return NOT_A_PIECE;
  let units = SCALAR_UNITS * length;
  for (let i = 0; i < length && units <= MAX_PIECE_UNITS; i++) {
    const value = values[i];
    if (typeof value === 'number') continue;
    if (typeof value === 'string') units += value.length;
    else if (value !== null && NEEDS_HOLDER[typeof value] === true) return NOT_A_PIECE;
  }
  return units;
}

function objectUnits(object: Record<string, unknown>): number {
  let units = 0;
  for (const key in object) {
    const value = object[key];
    units += key.length + SCALAR_UNITS;
    if (units > MAX_PIECE_UNITS) return units;
    if (typeof value === 'number') continue;
    if (typeof value === 'string') units += value.length;
    else if (value !== null && NEEDS_HOLDER[typeof value] === true) return NOT_A_PIECE;
  }
  return units;
}
