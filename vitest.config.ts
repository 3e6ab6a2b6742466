import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { SUITES } from './test/suites.mjs';

const SHARED = { pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const;
const FOREIGN = ['**/node_modules/**', 'test/setups/projects/**'];

const quick: TestProjectInlineConfiguration = {
  test: {
    ...SHARED,
    name: 'quick',
    include: ['test/**/*.test.ts'],
    exclude: [...FOREIGN, ...Object.keys(SUITES).map((name) => `test/${name}/**`)],
    // Its modules import each other without extensions, which Node does not resolve.
    server: { deps: { inline: ['@elg/speedscope'] } },
  },
};

/** `npm test` runs the quick tests, `scripts/suite.mjs` one of the other suites. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      quick,
      ...Object.entries(SUITES).map(([name, { vitest }]) => ({
        test: { ...SHARED, name, include: [`test/${name}/**/*.test.ts`], exclude: FOREIGN, ...vitest },
      })),
    ],
  },
});
