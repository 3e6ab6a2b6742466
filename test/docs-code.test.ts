import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { beforeAll, expect, test } from 'vitest';
import { realisticProfile } from './support/profiles.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Within the repository, where packages are found by their names: this one too. */
const DIRECTORY = join(ROOT, '.cache/docs');
/** Its blocks are parts of files of test/bundled, which are run there. */
const BUNDLING = 'bundling.md';
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== BUNDLING)
    .map((name) => `docs/${name}`),
];

/** A block of code as a file: JavaScript as a module. */
interface Block {
  readonly name: string;
  readonly path: string;
  readonly code: string;
}

const BLOCKS: readonly Block[] = PAGES.flatMap((page) =>
  codeOf(page).map(({ language, code }, i) => {
    const file = `${page.replace(/\W+/g, '-')}-${i + 1}.${language === 'js' ? 'mjs' : 'mts'}`;
    return { name: `${page}, block ${i + 1}`, path: join(DIRECTORY, file), code };
  }),
);

beforeAll(() => {
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { recursive: true });
  for (const { path, code } of BLOCKS) writeFileSync(path, code);
  // The pages read these.
  const profile = realisticProfile({ samples: 500, format: 'v2' });
  writeFileSync(join(DIRECTORY, 'profile.json'), JSON.stringify(profile));
});

test('the pages have blocks of code', () => {
  expect(BLOCKS.length).toBeGreaterThan(7);
});

test('docs/bundling.md shows parts of what the bundlers are given', () => {
  const sources = ['esbuild', 'rollup'].map((name) =>
    readFileSync(join(ROOT, `test/bundled/${name}.mjs`), 'utf8'),
  );
  const shown = codeOf(`docs/${BUNDLING}`);
  expect(shown).toHaveLength(3);
  expect(shown.filter(({ code }) => !sources.some((source) => source.includes(code)))).toEqual([]);
});

test('every block of code is what the types say', () => {
  const program = ts.createProgram(
    BLOCKS.map(({ path }) => path),
    {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      allowJs: true,
      checkJs: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
    },
  );
  const errors = ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  expect(errors).toEqual([]);
});

test.each(BLOCKS.filter(({ path }) => path.endsWith('.mjs')))('$name runs', async ({ path }) => {
  const { stderr } = await promisify(execFile)(process.execPath, [path], { cwd: DIRECTORY });
  expect(stderr).not.toMatch(/error/i);
});

test('the block of the encoder leaves the same profile, smaller', () => {
  const [before, after] = ['profile.json', 'compact.json'].map((name) =>
    readFileSync(join(DIRECTORY, name), 'utf8'),
  );
  expect(JSON.parse(after ?? '').profile.samples).toHaveLength(
    JSON.parse(before ?? '').profile.samples.length,
  );
  expect(after?.length).toBeLessThan(before?.length ?? 0);
});

function codeOf(page: string): { language: string; code: string }[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(js|ts)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
    language,
    code,
  }));
}
