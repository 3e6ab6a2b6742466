import { defineConfig } from 'vitest/config';

/** Real services under memory pressure, some of them for a minute: too slow for every run of the tests. */
export default defineConfig({
  test: {
    include: ['test/pressure/**/*.test.ts'],
    pool: 'forks',
    // Side by side they would press on each other.
    maxWorkers: 1,
    testTimeout: 180_000,
    // So near to the limit of its heap V8 itself gives up now and then on a slow machine, profiled or not.
    retry: 1,
  },
});
