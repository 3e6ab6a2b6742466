/**
 * Numbers in [0, 1) that are the same in every run (mulberry32), so that all three services do the same work.
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @template T
 * @param {() => number} random
 * @param {readonly T[]} choices not empty
 * @returns {T}
 */
export function pick(random, choices) {
  return /** @type {T} */ (choices[Math.floor(random() * choices.length)]);
}
