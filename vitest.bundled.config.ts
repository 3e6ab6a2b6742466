import { defineConfig } from 'vitest/config';

/** Real services in real bundles, of every kind that users make: too slow for every run of the tests. */
export default defineConfig({
  test: {
    include: ['test/bundled/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
  },
});
