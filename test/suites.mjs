// The suites that are too slow for every run of the tests, or need more than Node: each is a folder of this one.

/**
 * @typedef {object} Suite
 * @property {string} what describes its tests
 * @property {object} [vitest] options of vitest that differ from the others'
 * @property {number} [maxWorkers] files at a time, 2 if not told otherwise
 * @property {readonly string[]} [projects] folders with dependencies of their own, to be installed before
 * @property {{ commands: readonly (readonly [string, ...string[]])[], packages: string }} [need] commands that have to work, and the
 *   packages of Debian that bring them
 */

/** @type {Readonly<Record<string, Suite>>} */
export const SUITES = {
  bundled: {
    what: 'real services in real bundles, of every kind that users make',
    vitest: { testTimeout: 180_000 },
    projects: ['test/bundled'],
  },
  examples: {
    what: 'each example installed from the packed package, built, started and loaded',
    vitest: { testTimeout: 600_000, hookTimeout: 300_000 },
    maxWorkers: 1,
  },
  faults: {
    what: 'real services through every fault of the table',
  },
  large: {
    what: 'profiles and files so large, or of such shapes, that one takes seconds',
    maxWorkers: 1,
  },
  pressure: {
    what: 'real services under memory pressure, some of them for a minute',
    // So near to the limit of its heap V8 itself gives up now and then on a slow machine, profiled or not.
    vitest: { testTimeout: 180_000, retry: 1 },
    // Side by side they would press on each other.
    maxWorkers: 1,
  },
  prometheus: {
    what: 'a real Prometheus, the services that it scrapes, and every query of the examples',
    vitest: { testTimeout: 120_000 },
    maxWorkers: 1,
    need: {
      commands: [
        ['prometheus', '--version'],
        ['promtool', '--version'],
      ],
      packages: 'prometheus',
    },
  },
  proxy: {
    what: 'a real nginx in front of the relay, and profiles of up to 60 MB',
    need: { commands: [['nginx', '-v']], packages: 'nginx' },
  },
  sdk: {
    what: 'services with the real SDKs 10 and 11, each in a process of its own',
  },
  setups: {
    what: 'every set-up in a process of its own, some of them frozen for a minute',
    vitest: { testTimeout: 120_000 },
    projects: ['node-10-profiler-11', 'node-11-profiler-10', 'runners'].map(
      (name) => `test/setups/projects/${name}`,
    ),
  },
  vroom: {
    what: "profiles as Sentry's own library reads them: it is written in Rust, and comes for Python",
    vitest: { globalSetup: ['test/vroom/install.ts'] },
    // Debian puts `ensurepip`, which a venv takes, into a package of its own.
    need: { commands: [['python3', '-c', 'import ensurepip, venv']], packages: 'python3 python3-venv' },
  },
};
