import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));
const VENV = fileURLToPath(new URL('../../node_modules/.cache/vroom', import.meta.url));
/** A copy of the requirements, written last: a venv without it was left unfinished. */
const INSTALLED = join(VENV, 'requirements.txt');

/** The Python that has Sentry's library. */
export const PYTHON = join(VENV, 'bin/python');

/** Installs Sentry's library into a venv of its own, once for each version. */
export function setup(): void {
  if (existsSync(INSTALLED) && readFileSync(INSTALLED).equals(readFileSync(REQUIREMENTS))) return;
  rmSync(VENV, { recursive: true, force: true });
  run('python3', ['-m', 'venv', VENV]);
  // Its source would take a compiler for Rust and minutes.
  const options = ['--quiet', '--disable-pip-version-check', '--only-binary=:all:'];
  run(PYTHON, ['-m', 'pip', 'install', ...options, '--requirement', REQUIREMENTS]);
  copyFileSync(REQUIREMENTS, INSTALLED);
}

function run(command: string, args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
