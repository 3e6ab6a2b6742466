import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LAYERS } from '../.dependency-cruiser.mjs';
import { CELLS, LINES } from './compat/lines.ts';
import { tableOf } from './compat/table.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCS = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'examples/README.md',
  ...DOCS.map((name) => `docs/${name}`),
];

const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** As GitHub makes them from headings. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(PAGES)('%s: every link leads somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const broken = links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : resolve(ROOT, dirname(page), path);
    if (!existsSync(resolve(ROOT, target))) return true;
    return anchor !== undefined && !anchorsOf(resolveName(target)).includes(anchor);
  });
  expect(broken).toEqual([]);
});

function resolveName(target: string): string {
  return target.startsWith(ROOT) ? target.slice(ROOT.length) : target;
}

test('the README and the contents page lead to every page', () => {
  const readme = read('README.md');
  const contents = read('docs/README.md');
  expect(DOCS.filter((name) => !readme.includes(`(docs/${name})`))).toEqual([]);
  const others = DOCS.filter((name) => name !== 'README.md');
  expect(others.filter((name) => !contents.includes(`(${name})`))).toEqual([]);
});

test.each(PAGES)('%s: every picture says what it shows', (page) => {
  const unnamed = [...read(page).matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)].filter(
    ([, text = '']) => text.length < 10,
  );
  expect(unnamed).toEqual([]);
});

const CHARTS = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.svg'),
);

test.each(CHARTS)('docs/%s follows the colour scheme of its reader', (name) => {
  const svg = read(`docs/${name}`);
  expect(svg).toContain('prefers-color-scheme: dark');
  // Vega's own background would be white on a dark page.
  expect(svg).not.toMatch(/<rect[^>]*fill="white"/);
});

test('docs/how-it-works.md lists every folder and file of src, in the order in which imports run', () => {
  const names = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? `${entry.name}/` : entry.name.replace(/\.ts$/, ''),
  );
  const [, table = ''] = read('docs/how-it-works.md').split('| folder or file |');
  const rows = table.split('\n\n')[0]?.split('\n').slice(2) ?? [];
  const listed = rows.map((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
  expect(listed.flat().sort()).toEqual(names.sort());
  const layerOf = (name: string): number =>
    LAYERS.findIndex((layer) => layer.includes(name.replace('/', '')));
  const order = listed.flatMap((row) => row.map(layerOf).sort((a, b) => a - b));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});

test.each(['options', 'statistics'])('docs/%s.md names every member of its type', (name) => {
  const source = { options: 'src/options.ts', statistics: 'src/observe/stats.ts' }[name] as string;
  const type = name === 'options' ? 'BoundedProfilingOptions' : 'ProfilingStats';
  const [, body = ''] = new RegExp(`interface ${type} \\{([\\s\\S]*?)\\n\\}`).exec(read(source)) ?? [];
  const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)].map(([, member = '']) => member);
  expect(members.length).toBeGreaterThan(8);
  const page = read(`docs/${name}.md`);
  expect(members.filter((member) => !page.includes(`\`${member}\``))).toEqual([]);
});

test('docs/compatibility.md names the versions of the matrix, and none as failing', () => {
  const page = read('docs/compatibility.md');
  expect(page).toContain(tableOf(CELLS));
  for (const { sdk, profilingNode } of LINES) expect(page).toContain(`| ${sdk} | ${profilingNode} |`);
});

test('the peer ranges begin with the oldest version of each major version in the matrix', () => {
  const { peerDependencies } = JSON.parse(read('package.json'));
  const oldest = new Map<string, string>();
  for (const { sdk } of LINES) {
    const major = sdk.split('.', 1)[0] ?? '';
    if (!oldest.has(major)) oldest.set(major, sdk);
  }
  const range = [...oldest.values()].map((version) => `^${version}`).join(' || ');
  for (const name of ['core', 'node', 'profiling-node'])
    expect(peerDependencies[`@sentry/${name}`]).toBe(range);
});

test('docs/compatibility.md names the TypeScript versions that the package check compiles with', () => {
  const [, list = ''] = /TYPESCRIPTS = \[(.*)\]/.exec(read('scripts/check-package.mjs')) ?? [];
  const versions = [...list.matchAll(/'([\d.]+)'/g)].map(([, version = '']) => version);
  expect(versions).toHaveLength(2);
  const page = read('docs/compatibility.md');
  expect(versions.filter((version) => !page.includes(version))).toEqual([]);
});

test('CONTRIBUTING names every suite', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const suites = Object.keys(scripts).filter((name) => /^(test|soak)/.test(name));
  expect(suites.length).toBeGreaterThan(5);
  const text = read('CONTRIBUTING.md');
  const command = (name: string): string => (name === 'test' ? 'npm test' : `npm run ${name}`);
  expect(suites.filter((name) => !text.includes(`\`${command(name)}`))).toEqual([]);
});
