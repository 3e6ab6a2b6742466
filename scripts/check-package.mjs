// Checks the package as a user gets it: packed, its files listed, its types read by publint and attw, installed in an empty
// project and used from there by its name, in both module formats.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILES = /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|dist\/[\w-]+\.(js|cjs|d\.ts|d\.cts))$/;
const USAGES = [
  ['--import', './instrument.mjs', 'app.mjs'],
  ['--require', './instrument.cjs', 'app.cjs'],
  ['encoder.mjs'],
  ['encoder.cjs'],
  ['inside.mjs'],
  ['inspect.mjs'],
];

let passed = 0;
let failed = 0;
const project = mkdtempSync(join(tmpdir(), 'package-check-'));
try {
  const tarball = await check('packs what it should and nothing else', pack);
  await check('publint', lint);
  await check('are the types wrong', () =>
    run('npx', ['--no-install', 'attw', tarball, '--format', 'ascii'], ROOT),
  );
  await check('installs in an empty project', () => install(tarball));
  for (const args of USAGES) await check(`node ${args.join(' ')}`, () => run('node', args, project));
  for (const resolution of ['node16', 'bundler']) {
    await check(`types with moduleResolution ${resolution}`, () => checkTypes(resolution));
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function pack() {
  const output = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], ROOT);
  const [packed] = JSON.parse(output);
  const paths = packed.files.map((/** @type {{ path: string }} */ file) => file.path);
  const unexpected = paths.filter((/** @type {string} */ path) => !FILES.test(path));
  if (unexpected.length > 0) throw new Error(`Expected none of these: ${unexpected.join(', ')}`);
  return join(project, packed.filename);
}

async function lint() {
  const { messages, pkg } = await publint({ pkgDir: ROOT, strict: true });
  if (messages.length > 0) throw new Error(messages.map((message) => formatMessage(message, pkg)).join('\n'));
}

/** @param {string} tarball */
function install(tarball) {
  cpSync(join(ROOT, 'test/package'), project, { recursive: true });
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'user', version: '1.0.0', private: true }),
  );
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const packages = ['@sentry/node', '@sentry/profiling-node', 'typescript', '@types/node'];
  const pinned = packages.map((name) => `${name}@${devDependencies[name]}`);
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', tarball, ...pinned], project);
}

/** @param {string} resolution */
function checkTypes(resolution) {
  const module = resolution === 'bundler' ? 'esnext' : 'node16';
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    'false',
    '--target',
    'es2022',
    '--types',
    'node',
  ];
  run(
    'npx',
    ['--no-install', 'tsc', ...options, '--module', module, '--moduleResolution', resolution, 'types.ts'],
    project,
  );
}

/**
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} body
 */
async function check(name, body) {
  try {
    const result = await body();
    passed++;
    console.log(`ok      ${name}`);
    return result;
  } catch (error) {
    failed++;
    const { stdout, stderr, message } = /** @type {{ stdout?: string, stderr?: string, message: string }} */ (
      error
    );
    console.log(`not ok  ${name}\n${stdout || ''}${stderr || ''}${stdout || stderr ? '' : message}`);
    return /** @type {T} */ ('');
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
function run(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
