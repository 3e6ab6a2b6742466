import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { expectProfiled } from '../support/profiled-service.ts';
import { startRelay } from '../support/relay/index.ts';
import { Service } from '../support/service.ts';
import { BUNDLERS, type BundlerName, FORMATS, versionOf } from './bundlers.ts';

const ENTRY = fileURLToPath(new URL('server.mjs', import.meta.url));
const MODULES = fileURLToPath(new URL('node_modules', import.meta.url));
const PAGE = new URL('../../docs/bundling.md', import.meta.url);
const PACKAGE = 'sentry-bounded-profiling';

/** Places of the package and of the SDK: in the bundle, or in `node_modules` beside it. */
const PLACES = ['inside', 'outside'] as const;

const NAMES = Object.keys(BUNDLERS) as BundlerName[];
const CELLS = NAMES.flatMap((bundler) =>
  FORMATS.flatMap((format) =>
    PLACES.flatMap((ours) => PLACES.map((sdk) => ({ bundler, format, ours, sdk }))),
  ),
);

const worked = new Set<(typeof CELLS)[number]>();

test.each(CELLS)('%j: all is there, and profiles arrive', async (cell) => {
  const { bundler, format, ours, sdk } = cell;
  const directory = mkdtempSync(join(tmpdir(), 'bundled-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const outfile = join(directory, format === 'cjs' ? 'server.cjs' : 'server.mjs');
  const external = [...(ours === 'outside' ? [PACKAGE] : []), ...(sdk === 'outside' ? ['@sentry/*'] : [])];
  await BUNDLERS[bundler]({ entry: ENTRY, outfile, format, external });
  // Only packages outside of the bundle are found there.
  writeFileSync(join(directory, 'package.json'), '{}');
  mkdirSync(join(directory, 'node_modules'));
  for (const name of external.map((pattern) => pattern.replace('/*', ''))) {
    symlinkSync(join(MODULES, name), join(directory, 'node_modules', name));
  }
  const code = readFileSync(outfile, 'utf8');
  expect(importsOf(code, PACKAGE)).toBe(ours === 'outside');
  expect(importsOf(code, '@sentry/node')).toBe(sdk === 'outside');

  const relay = await startRelay();
  onTestFinished(() => relay.close());
  const service = await Service.start({ args: [outfile], cwd: directory, dsn: relay.dsn });
  onTestFinished(() => service.kill());
  await expectProfiled(service, relay, { profiles: 'chunks', busyFrame: /medianOf/ });
  expect(service.output).toBe('');
  worked.add(cell);
});

test('docs/bundling.md says what was tested', () => {
  expect(readFileSync(PAGE, 'utf8')).toContain(renderTable());
});

function importsOf(code: string, name: string): boolean {
  return new RegExp(`(?:\\bfrom|\\bimport|\\brequire\\() ?["']${name}["']`).test(code);
}

function renderTable(): string {
  const columns = PLACES.flatMap((ours) => PLACES.map((sdk) => ({ ours, sdk })));
  const header = columns.map(({ ours, sdk }) => `package ${ours}, SDK ${sdk}`);
  const rows = NAMES.flatMap((bundler) =>
    FORMATS.map((format) => {
      const works = CELLS.filter((cell) => cell.bundler === bundler && cell.format === format).map((cell) =>
        worked.has(cell) ? 'works' : 'fails',
      );
      return [`${bundler} ${versionOf(bundler)}`, format === 'cjs' ? 'CommonJS' : 'ES module', ...works];
    }),
  );
  const lines = [['bundler', 'format', ...header], Array.from({ length: 6 }, () => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
