import { defineConfig } from 'vitest/config';

/** Each example installed from the packed package, built, started and loaded: too slow for every run of the tests. */
export default defineConfig({
  test: {
    include: ['test/examples/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
