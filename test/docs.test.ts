import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCS = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
const PAGES = ['README.md', ...DOCS.map((name) => `docs/${name}`)];

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

test('the README leads to every page', () => {
  const readme = read('README.md');
  expect(DOCS.filter((name) => !readme.includes(`(docs/${name})`))).toEqual([]);
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
