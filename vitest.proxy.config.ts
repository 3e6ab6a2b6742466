import { spawnSync } from 'node:child_process';
import { defineConfig } from 'vitest/config';
import { NGINX_ENV } from './test/support/nginx.ts';

const NEED = 'The proxy tests need nginx: apt-get install nginx';
const hasNginx = spawnSync('nginx', ['-v'], { env: NGINX_ENV }).status === 0;
if (!hasNginx && process.env.CI) throw new Error(NEED);
if (!hasNginx) process.stderr.write(`Skipped. ${NEED}\n`);

/** A real nginx in front of the relay, and profiles of up to 60 MB: too slow for every run of the tests. */
export default defineConfig({
  test: {
    include: hasNginx ? ['test/proxy/**/*.test.ts'] : [],
    passWithNoTests: !hasNginx,
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
