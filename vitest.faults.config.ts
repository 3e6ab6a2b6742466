import { defineConfig } from 'vitest/config';

/** Real services through every fault of the table: too slow for every run of the tests. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
