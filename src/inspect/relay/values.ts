import type { Accepts } from './reasons.ts';

// The types of Relay's Rust structures, as they are read from JSON (serde).

const U64_MAX = 2n ** 64n - 1n;
const U32_MAX = 2 ** 32 - 1;
const UUID = /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i;
const NIL_UUID = /^[0-]+$/;
const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

export const isString: Accepts = (value) => typeof value === 'string';

export const isBoolean: Accepts = (value) => typeof value === 'boolean';

export function isU32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= U32_MAX;
}

/** A 64-bit integer, or a string of one: `deserialize_number_from_string`. */
export const isU64: Accepts = (value) =>
  typeof value === 'string'
    ? /^\+?\d{1,40}$/.test(value) && BigInt(value.replace('+', '')) <= U64_MAX
    : typeof value === 'number' && Number.isInteger(value) && value >= 0;

export const isId: Accepts = (value) => typeof value === 'string' && UUID.test(value);

export const isLiveId: Accepts = (value) => isId(value) && !NIL_UUID.test(value as string);

export const isDateTime: Accepts = (value) =>
  typeof value === 'string' && DATE_TIME.test(value) && !Number.isNaN(Date.parse(value));

/** `Option<T>`: missing, null, or a value that `accepts` takes. */
export function optional(accepts: Accepts): Accepts {
  return (value) => value === undefined || value === null || accepts(value);
}

/** A `#[serde(default)]` without an option: missing, but not null. */
export function orMissing(accepts: Accepts): Accepts {
  return (value) => value === undefined || accepts(value);
}
