// Runs the tests on every supported line of Node, the oldest supported version included. The binaries come from the
// registry: the package `node` carries them.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VERSIONS = process.argv.length > 2 ? process.argv.slice(2) : ['20.19.0', '22', '24', '26'];

let passed = 0;
let failed = 0;
for (const version of VERSIONS) {
  const directory = mkdtempSync(join(tmpdir(), 'node-'));
  try {
    const node = install(version, directory);
    console.log(`-- Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}`);
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    // Hostile shapes and files of a gigabyte take long, and are the same to every version.
    const args = [vitest, 'run', '--exclude', 'test/fuzz/**', '--exclude', 'test/inspect/large.test.ts'];
    const { status } = spawnSync(node, args, { cwd: ROOT, stdio: 'inherit' });
    if (status === 0) passed++;
    else failed++;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/**
 * @param {string} version
 * @param {string} directory
 */
function install(version, directory) {
  const manifest = { private: true, allowScripts: { node: true } };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', `node@${version}`];
  execFileSync('npm', args, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(directory, 'node_modules/node/bin/node');
}
