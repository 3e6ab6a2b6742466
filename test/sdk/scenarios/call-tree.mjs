import { runInThisContext } from 'node:vm';

/** Enough functions, on enough paths, for a call tree of thousands of nodes, and next to no garbage. */
const FUNCTIONS = Array.from({ length: 48 }, (_, i) =>
  runInThisContext(`(function step${i}(next, depth) {
    let sum = 0;
    for (let i = 0; i < 400; i++) sum = (sum * 31 + i) | 0;
    return depth === 0 ? sum : next((sum ^ ${i * 7919}) >>> 0, depth - 1);
  })`),
);

let seed = 1;

/**
 * Calls functions that are picked at random, one within the other.
 *
 * @param {number} _result
 * @param {number} depth
 * @returns {number}
 */
function next(_result, depth) {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  return FUNCTIONS[(seed >> 8) % (depth > 12 ? 3 : FUNCTIONS.length)](next, depth);
}

/** A few milliseconds of work that calls functions on paths of its own each time. */
export function compute() {
  for (let i = 0; i < 40; i++) next(0, 20);
}
