import { runInThisContext } from 'node:vm';

/**
 * CPU work in a function of this name and in no other: its time in a profile is nobody else's.
 *
 * @param {string} name
 * @returns {(durationMs: number) => number}
 */
export function createWork(name) {
  return runInThisContext(`(function ${name}(durationMs) {
    const endMs = performance.now() + durationMs;
    let sum = 0;
    while (performance.now() < endMs) for (let i = 0; i < 10_000; i++) sum = (sum * 31 + i) | 0;
    return sum;
  })`);
}
