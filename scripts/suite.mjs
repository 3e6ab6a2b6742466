// Runs a suite of test/suites.mjs: `node scripts/suite.mjs faults`, with options of vitest behind the name. The needs of the suite
// are installed and built before. A suite that needs programs which are missing is left out, and fails in CI.
import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SUITES } from '../test/suites.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Debian puts servers where only root looks for them. */
const ENV = { ...process.env, PATH: [process.env.PATH, '/usr/sbin'].join(delimiter) };

const [name = '', ...options] = process.argv.slice(2);
const suite = SUITES[name];
if (suite === undefined) {
  console.error(`Usage: node scripts/suite.mjs <${Object.keys(SUITES).join('|')}> [options of vitest]`);
  process.exit(2);
}
const { need, projects = [], maxWorkers = 2 } = suite;
if (need?.commands.some(([program, ...args]) => spawnSync(program, args, { env: ENV }).status !== 0)) {
  console.error(
    `Skipped: the suite "${name}" needs programs that are missing (apt-get install ${need.packages})`,
  );
  process.exit(process.env.CI ? 1 : 0);
}
run('scripts/setup.mjs', ...projects);
run(
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  name,
  '--maxWorkers',
  String(maxWorkers),
  ...options,
);

/** @param {string[]} args */
function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
