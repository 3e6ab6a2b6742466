import { defineConfig } from 'vitest/config';
import { hasPython, installLibrary } from './test/vroom/install.ts';

const NEED = 'The vroom tests need Python 3 with venv: apt-get install python3 python3-venv';
const isAble = hasPython();
if (isAble) installLibrary();
else if (process.env.CI) throw new Error(NEED);
else process.stderr.write(`Skipped. ${NEED}\n`);

/** Profiles as Sentry's own library reads them: it is written in Rust, and comes for Python. */
export default defineConfig({
  test: {
    include: isAble ? ['test/vroom/**/*.test.ts'] : [],
    passWithNoTests: !isAble,
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
