import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      'test/bundled/**',
      'test/examples/**',
      'test/faults/**',
      'test/pressure/**',
      'test/prometheus/**',
      'test/proxy/**',
      'test/setups/**',
      'test/vroom/**',
    ],
    // Its modules import each other without extensions, which Node does not resolve.
    server: { deps: { inline: ['@elg/speedscope'] } },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
