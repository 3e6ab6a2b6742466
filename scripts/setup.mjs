// Makes a clone ready for tests, demo and benchmarks: installs missing packages, builds if the build is stale. It is run
// before each of them and costs nothing when there is nothing to do. Only Node's own modules may be used here.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Small projects with dependencies of their own: other SDK lines than the one developed against, and trees with two copies of core. */
const PROJECTS = ['test/sdk/10', 'test/sdk/10-mixed', 'test/sdk/11-mixed'].map(inRoot);

install(ROOT);
const isBuilt =
  newest([join(ROOT, 'dist')], 'oldest') > newest(['src', 'tsup.config.ts', 'package.json'].map(inRoot));
if (!isBuilt) run('npm', ['run', '--silent', 'build'], ROOT);
for (const project of PROJECTS.filter((path) => existsSync(join(path, 'package.json')))) prepare(project);
// Projects that only some need, as `node scripts/setup.mjs bench/registry`.
for (const path of process.argv.slice(2)) prepare(inRoot(path));

/** @param {string} project */
function prepare(project) {
  install(project);
  const modules = join(project, 'node_modules');
  if (existsSync(join(modules, '@sentry/node'))) copyPackage(join(modules, 'sentry-bounded-profiling'));
}

/** @param {string} directory */
function install(directory) {
  const installed = join(directory, 'node_modules/.package-lock.json');
  const isFresh =
    existsSync(installed) && modifiedMs(installed) >= modifiedMs(join(directory, 'package-lock.json'));
  if (!isFresh) run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], directory);
}

/**
 * A copy and not a link: through a link, the package would find the SDK of the root instead of the project's own. A copy that is up
 * to date stays, because another suite may be using it.
 *
 * @param {string} target
 */
function copyPackage(target) {
  const parts = ['package.json', 'dist'];
  if (newest([target], 'oldest') > newest(parts.map(inRoot))) return;
  rmSync(target, { recursive: true, force: true });
  for (const part of parts) cpSync(inRoot(part), join(target, part), { recursive: true });
}

/** @param {string} path */
function inRoot(path) {
  return join(ROOT, path);
}

/** @param {string} path */
function modifiedMs(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

/**
 * @param {string[]} paths
 * @param {'newest' | 'oldest'} which
 */
function newest(paths, which = 'newest') {
  const times = paths.flatMap((path) =>
    existsSync(path) && statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => modifiedMs(join(entry.parentPath, entry.name)))
      : [modifiedMs(path)],
  );
  if (times.length === 0) return 0;
  return which === 'oldest' ? Math.min(...times) : Math.max(...times);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
function run(command, args, cwd) {
  execFileSync(command, args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
}
