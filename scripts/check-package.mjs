// Checks the package as a user gets it: packed, its files listed, its types read by publint and attw, installed in an empty
// project and used from there by its name, in both module formats, and compiled against by the oldest and the newest
// TypeScript. `npm run test:package -- --write` takes the list of files over.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAGE = join(ROOT, '.cache/package');
const FILES = join(ROOT, 'test/package/files.txt');
/** The oldest that the types compile with, as `docs/compatibility.md` says, and the newest, as of November 2026. */
const TYPESCRIPTS = ['5.0.4', '7.0.2'];
const MODULES = { node16: 'node16', nodenext: 'nodenext', esnext: 'bundler' };
const USAGES = [
  ['--import', './instrument.mjs', 'app.mjs'],
  ['--import', './instrument.cjs', 'app.cjs'],
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
  for (const version of TYPESCRIPTS) {
    for (const [module, resolution] of Object.entries(MODULES)) {
      await check(`TypeScript ${version}, moduleResolution ${resolution}`, () =>
        checkTypes(version, module, resolution),
      );
    }
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function pack() {
  run('node', ['scripts/stage-package.mjs'], ROOT);
  const output = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], STAGE);
  const [packed] = JSON.parse(output);
  // The bundler names chunks that several entries share by their content.
  const paths = packed.files.map((/** @type {{ path: string }} */ { path }) =>
    path.replace(/(?<=^dist\/(chunk|types)-)[\w-]{8}(?=\.)/, '*'),
  );
  const list = `${[...new Set(paths)].sort().join('\n')}\n`;
  if (process.argv.includes('--write')) writeFileSync(FILES, list);
  const expected = readFileSync(FILES, 'utf8');
  if (list !== expected) throw new Error(`Expected these files:\n${expected}but it has these:\n${list}`);
  return join(project, packed.filename);
}

async function lint() {
  const { messages, pkg } = await publint({ pkgDir: STAGE, strict: true });
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
  const packages = ['@sentry/node', '@sentry/profiling-node', '@types/node', 'prom-client'];
  const pinned = [
    ...packages.map((name) => `${name}@${devDependencies[name]}`),
    ...TYPESCRIPTS.map((version) => `${aliasOf(version)}@npm:typescript@${version}`),
  ];
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', tarball, ...pinned], project);
}

/**
 * @param {string} version
 * @param {string} module
 * @param {string} resolution
 */
function checkTypes(version, module, resolution) {
  const compiler = join(project, `node_modules/${aliasOf(version)}/bin/tsc`);
  const options = {
    module,
    moduleResolution: resolution,
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    target: 'es2022',
    types: ['node'],
  };
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['types.ts'] }),
  );
  const banner = run('node', [compiler, '--version'], project);
  if (banner !== `Version ${version}\n`) throw new Error(`Expected TypeScript ${version}, got: ${banner}`);
  run('node', [compiler], project);
}

/** @param {string} version */
function aliasOf(version) {
  return `typescript-${version}`;
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
