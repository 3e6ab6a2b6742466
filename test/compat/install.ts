import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Line } from './lines.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STAGE = join(ROOT, '.cache/package');
const SERVICE = fileURLToPath(new URL('service', import.meta.url));

const execute = promisify(execFile);

/** Packs this package, as it is published. */
export async function pack(directory: string): Promise<string> {
  await execute('node', ['scripts/stage-package.mjs'], { cwd: ROOT });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', directory];
  const { stdout } = await execute('npm', args, { cwd: STAGE });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(directory, filename);
}

/**
 * A project with the package and that SDK, asked for all at once. Peers that do not fit are an error.
 *
 * @returns its folder
 */
export async function installLine(
  { sdk, profilingNode }: Line,
  tarball: string,
  parent: string,
): Promise<string> {
  const directory = join(parent, `${sdk}-${profilingNode}`);
  mkdirSync(directory);
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true }));
  const packages = [tarball, `@sentry/node@${sdk}`, `@sentry/profiling-node@${profilingNode}`];
  const options = ['--strict-peer-deps', '--no-audit', '--no-fund', '--loglevel=error'];
  await execute('npm', ['install', ...options, ...packages], { cwd: directory });
  cpSync(SERVICE, directory, { recursive: true });
  return directory;
}
