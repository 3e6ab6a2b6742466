// Publishes packages to a registry: `node publish.mjs <origin>`. It takes them from the disk, where they are anyway.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGES, VERSIONS } from './packages.mjs';

const [registry = ''] = process.argv.slice(2);
// Asked for at run time: types are checked where this bench is not installed, too.
const { publish } = createRequire(import.meta.url)('libnpmpublish');
const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'registry-'));
try {
  for (const name of PACKAGES) await publishVersions(name);
} finally {
  rmSync(directory, { recursive: true });
}

/**
 * Under version numbers of its own: as many as others would have published in years.
 *
 * @param {string} name
 */
async function publishVersions(name) {
  const source = join(NODE_MODULES, name);
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const args = ['pack', source, '--ignore-scripts', '--silent', '--pack-destination', directory];
  const tarball = execFileSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32' }).trim();
  const content = readFileSync(join(directory, tarball));
  for (const version of VERSIONS) {
    await publish({ ...manifest, version }, content, { registry, access: 'public' });
  }
}
