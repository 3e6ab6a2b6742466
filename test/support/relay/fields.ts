import type { JsonObject } from './envelope.ts';

/** The faults of one payload, gathered while it is read. */
export class Problems {
  readonly list: string[] = [];

  add(problem: string): void {
    this.list.push(problem);
  }

  /** The member if it is an object; a problem and an empty object if not, so that reading can go on. */
  object(parent: JsonObject, key: string): JsonObject {
    const value = parent[key];
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as JsonObject;
    }
    this.add(`${key} is not an object`);
    return {};
  }

  array(parent: JsonObject, key: string): unknown[] {
    const value = parent[key];
    if (Array.isArray(value)) {
      return value;
    }
    this.add(`${key} is not an array`);
    return [];
  }

  string(parent: JsonObject, key: string, options: { mayBeEmpty: boolean }): void {
    const value = parent[key];
    if (typeof value !== 'string' || (value === '' && !options.mayBeEmpty)) {
      this.add(`${key} is ${show(value)}, not a ${options.mayBeEmpty ? '' : 'non-empty '}string`);
    }
  }

  id(parent: JsonObject, key: string): void {
    if (typeof parent[key] !== 'string' || !ID.test(parent[key]) || NIL_ID.test(parent[key])) {
      this.add(`${key} is ${show(parent[key])}, not 32 lowercase hex digits`);
    }
  }

  equal(parent: JsonObject, key: string, expected: unknown): void {
    if (parent[key] !== expected) {
      this.add(`${key} is ${show(parent[key])}, not ${show(expected)}`);
    }
  }
}

const ID = /^[0-9a-f]{32}$/;
const NIL_ID = /^0+$/;
const U64_MAX = 2n ** 64n - 1n;
const U32_MAX = 2 ** 32 - 1;

/** Whether it is an integer of 64 bits written as a string of decimal digits. */
export function isIntegerString(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value) && BigInt(value) <= U64_MAX;
}

/** Whether serde takes it for a u32. */
export function isU32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= U32_MAX;
}

/** Whether it points into an array of that length. */
export function isIndex(value: unknown, length: number): value is number {
  return isU32(value) && value < length;
}

/** A value for a message: short, however large it is. */
export function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 80);
}
