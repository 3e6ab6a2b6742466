const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { fileURLToPath } = require('node:url');

/**
 * The versions that really run here. Each copy of `@sentry/core` keeps its state in the global object under its own version.
 *
 * @param {any} Sentry
 * @param {(name: string) => string} resolve
 */
exports.loadedVersions = (Sentry, resolve) => ({
  node: process.version.slice(1),
  sdk: Sentry.SDK_VERSION,
  cores: Object.keys(/** @type {any} */ (globalThis).__SENTRY__).filter((key) => key !== 'version'),
  profilingNode: packageVersion('@sentry/profiling-node', fileURLToPath(resolve('@sentry/profiling-node'))),
});

/**
 * @param {string} name
 * @param {string} path of a file in that package
 * @returns {string}
 */
function packageVersion(name, path) {
  for (let directory = dirname(path); directory !== dirname(directory); directory = dirname(directory)) {
    try {
      const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
      if (manifest.name === name) return manifest.version;
    } catch {
      // Most folders have none.
    }
  }
  throw new Error(`Expected ${path} to be in a package named ${name}`);
}
