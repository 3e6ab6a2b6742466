import { defineConfig } from 'vitest/config';

/** Every set-up in a process of its own, some of them frozen for a minute: too slow for every run of the tests. */
export default defineConfig({
  test: {
    include: ['test/setups/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/setups/projects/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
