import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MADE = new Set(['node_modules', 'dist', '.next', 'next-env.d.ts', 'tsconfig.tsbuildinfo']);

/** The package as it would be published, and examples installed beside it, outside of the repository. */
export class Workshop {
  readonly #directory = mkdtempSync(join(tmpdir(), 'examples-'));

  constructor() {
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', this.#directory];
    const [{ filename }] = JSON.parse(run('npm', args, ROOT)) as [{ filename: string }];
    run('tar', ['-xzf', filename], this.#directory);
  }

  /**
   * Installs an example: its `file:../..` is the unpacked package there.
   *
   * @returns its directory
   */
  install(name: string): string {
    const directory = join(this.#directory, 'package/examples', name);
    const isSource = (path: string): boolean => !MADE.has(basename(path));
    cpSync(join(ROOT, 'examples', name), directory, { recursive: true, filter: isSource });
    run('npm', ['install', '--prefer-offline', '--loglevel=error'], directory);
    return directory;
  }

  dispose(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** @throws Error with its output, if it fails */
export function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed: ${stdout}${stderr}`);
  }
}
