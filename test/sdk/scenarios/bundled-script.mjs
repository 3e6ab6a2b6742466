import { runInThisContext } from 'node:vm';

/**
 * A script as a bundler plugin of Sentry's, or the bundler itself, leaves it: at its head it enters its debug id into an
 * object of this name, by a stack trace with its own path.
 *
 * @param {string} path
 * @param {string} debugId
 * @param {string} member `_sentryDebugIds` or `_debugIds`
 * @returns {(durationMs: number) => number} work in a function of that script
 */
export function loadBundled(path, debugId, member) {
  return runInThisContext(
    `(globalThis.${member} ??= {})[new Error().stack] = ${JSON.stringify(debugId)};
    (function bundled(durationMs) {
      const endMs = performance.now() + durationMs;
      let sum = 0;
      while (performance.now() < endMs) for (let i = 0; i < 10_000; i++) sum = (sum * 31 + i) | 0;
      return sum;
    })`,
    { filename: path },
  );
}
