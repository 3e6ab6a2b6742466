import dns from 'node:dns';

const HostDate = Date;
const { lookup } = dns;

let shiftMs = 0;

class ShiftedDate extends HostDate {
  /** @param {unknown[]} args */
  constructor(...args) {
    super(.../** @type {[any]} */ (args.length === 0 ? [ShiftedDate.now()] : args));
  }

  /** @override */
  static now() {
    return HostDate.now() + shiftMs;
  }
}

/**
 * Sets the wall clock of this process, and leaves the machine's alone.
 *
 * @param {number} byMs how far ahead of its present time
 */
export function shiftClock(byMs) {
  shiftMs += byMs;
  globalThis.Date = /** @type {DateConstructor} */ (/** @type {unknown} */ (ShiftedDate));
}

/**
 * Lets every name fail in the real resolver, or none: `.invalid` is reserved for names that do not exist (RFC 6761).
 *
 * @param {boolean} doFail
 */
export function failLookups(doFail) {
  /** @param {string} hostname @param {any[]} rest */
  const failing = (hostname, ...rest) => Reflect.apply(lookup, dns, [`${hostname}.invalid`, ...rest]);
  dns.lookup = /** @type {typeof lookup} */ (doFail ? failing : lookup);
}
