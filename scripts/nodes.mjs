// Brings Node in other versions. The binaries come from the registry: the package `node` carries them.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The oldest that is supported, and the newest of each line, as of November 2026. */
export const NODE_VERSIONS = ['20.19.0', '20.20.2', '22.23.3', '24.21.0', '26.10.0'];

const CACHE = fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url));

/**
 * @param {string} version
 * @returns {Promise<string>} the path of its binary
 */
export async function installNode(version) {
  const directory = join(CACHE, version);
  const binary = join(directory, 'node_modules/node/bin/node');
  if (existsSync(binary) && versionOf(binary) === version) return binary;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const manifest = { private: true, allowScripts: { node: true } };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', `node@${version}`];
  await promisify(execFile)('npm', args, { cwd: directory });
  if (versionOf(binary) !== version) throw new Error(`Expected Node ${version}, got ${versionOf(binary)}`);
  return binary;
}

/** @param {string} binary */
function versionOf(binary) {
  try {
    return execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim().slice(1);
  } catch {
    return undefined;
  }
}
