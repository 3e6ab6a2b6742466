/**
 * Readers of parsed JSON, put together like the data: each takes a value, checks it and returns the result.
 *
 * @template T
 * @typedef {(value: unknown, path: string) => T} Read
 */

/**
 * @template {Record<string, unknown>} T
 * @param {{ [Key in keyof T]: Read<T[Key]> }} properties
 * @returns {Read<T>}
 */
export function object(properties) {
  const entries = Object.entries(properties);
  return function readObject(value, path) {
    if (typeof value !== 'object' || value === null) throw mismatch('an object', path);
    const source = /** @type {Record<string, unknown>} */ (value);
    return /** @type {T} */ (
      Object.fromEntries(
        entries.map(function readProperty([key, read]) {
          return [key, read(source[key], `${path}.${key}`)];
        }),
      )
    );
  };
}

/**
 * @template T
 * @param {Read<T>} readItem
 * @returns {Read<T[]>}
 */
export function array(readItem) {
  return function readArray(value, path) {
    if (!Array.isArray(value)) throw mismatch('an array', path);
    return value.map((item, index) => readItem(item, `${path}[${index}]`));
  };
}

/**
 * For a reader that is not made yet, as that of a tree within itself.
 *
 * @template T
 * @param {() => Read<T>} getRead
 * @returns {Read<T>}
 */
export function lazy(getRead) {
  return function readLazily(value, path) {
    return getRead()(value, path);
  };
}

/** @param {number} maxLength @returns {Read<string>} */
export function text(maxLength) {
  return function readText(value, path) {
    if (typeof value !== 'string' || value.length > maxLength) throw mismatch('a short text', path);
    return value.trim();
  };
}

/** @param {number} min @param {number} max @returns {Read<number>} */
export function number(min, max) {
  return function readNumber(value, path) {
    if (typeof value !== 'number' || value < min || value > max) throw mismatch('a number in range', path);
    return value;
  };
}

/** @param {string} expected @param {string} path */
function mismatch(expected, path) {
  return new TypeError(`Expected ${expected} at ${path}`);
}
