// Puts the package as it is published into .cache/package: `npm run stage`. With `--tag v1.2.3` it refuses a package that is not ready.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { publishedManifest, releaseProblems, withAbsoluteLinks } from './published.mjs';
import { REPOSITORY } from './repository.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAGE = join(ROOT, '.cache/package');

const { tag } = parseArgs({ options: { tag: { type: 'string' } } }).values;
const manifest = JSON.parse(read('package.json'));
const { version } = manifest;
const problems =
  tag === undefined
    ? []
    : releaseProblems({ tag, version, changelog: read('CHANGELOG.md'), repository: REPOSITORY });
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}

rmSync(STAGE, { recursive: true, force: true });
mkdirSync(STAGE, { recursive: true });
for (const name of ['dist', 'LICENSE', 'CHANGELOG.md']) {
  cpSync(join(ROOT, name), join(STAGE, name), { recursive: true });
}
const published = publishedManifest(manifest, REPOSITORY);
writeFileSync(join(STAGE, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
const readme = read('README.md');
writeFileSync(
  join(STAGE, 'README.md'),
  REPOSITORY === '' ? readme : withAbsoluteLinks(readme, REPOSITORY, `v${version}`),
);
console.log(STAGE);

/** @param {string} name */
function read(name) {
  return readFileSync(join(ROOT, name), 'utf8');
}
