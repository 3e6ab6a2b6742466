import { spawnSync } from 'node:child_process';
import { defineConfig } from 'vitest/config';

const NEED = 'The Prometheus tests need Prometheus and promtool: apt-get install prometheus';
const isAble = ['prometheus', 'promtool'].every((program) => spawnSync(program, ['--version']).status === 0);
if (!isAble && process.env.CI) throw new Error(NEED);
if (!isAble) process.stderr.write(`Skipped. ${NEED}\n`);

/** A real Prometheus, the services that it scrapes, and every query of the examples: too slow for every run of the tests. */
export default defineConfig({
  test: {
    include: isAble ? ['test/prometheus/**/*.test.ts'] : [],
    passWithNoTests: !isAble,
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
