import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { publishedManifest, releaseProblems, withAbsoluteLinks } from '../scripts/published.mjs';

const REPOSITORY = 'https://code.example/owner/name';
const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

test('the README as it is published has no link that needs the repository beside it', () => {
  const readme = withAbsoluteLinks(read('README.md'), REPOSITORY, 'v1.2.3');
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((link) => !/^https?:/.test(link))).toEqual([]);
  expect(readme).toContain(`](${REPOSITORY}/blob/v1.2.3/docs/`);
  expect(readme).toContain(`](${REPOSITORY}/raw/v1.2.3/docs/service.svg)`);
});

test('links that lead elsewhere, or to a heading of the page, stay as they are', () => {
  const markdown = 'See [the spec](https://spec.example/a) and [below](#below).';
  expect(withAbsoluteLinks(markdown, REPOSITORY, 'v1.2.3')).toBe(markdown);
});

test('the manifest as it is published has what a user needs and nothing for a clone', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, unknown>;
  const published = publishedManifest(manifest, REPOSITORY) as Record<string, unknown>;
  expect(published).toMatchObject({
    repository: { type: 'git', url: `git+${REPOSITORY}.git` },
    bugs: `${REPOSITORY}/issues`,
    homepage: `${REPOSITORY}#readme`,
    publishConfig: { access: 'public', provenance: true },
  });
  expect(published).toHaveProperty('exports');
  expect(published).not.toHaveProperty('devDependencies');
  expect(published).not.toHaveProperty('scripts');
  expect(publishedManifest(manifest, '')).not.toHaveProperty('repository');
});

test('a release needs the repository, a tag of the version, and a dated entry in the changelog', () => {
  const good = {
    tag: 'v1.2.3',
    version: '1.2.3',
    changelog: '## [Unreleased]\n\n## [1.2.3] - 2026-11-30\n',
    repository: REPOSITORY,
  };
  expect(releaseProblems(good)).toEqual([]);
  expect(releaseProblems({ ...good, tag: 'v1.2.4' })).toEqual(['Expected the tag to be v1.2.3, got v1.2.4']);
  expect(releaseProblems({ ...good, repository: '' })).toHaveLength(1);
  expect(releaseProblems({ ...good, changelog: '## [Unreleased]\n' })).toHaveLength(1);
});

const WORKFLOWS = readdirSync(new URL('../.github/workflows', import.meta.url));

test.each(WORKFLOWS)('%s runs no action that somebody could change', (name) => {
  const used = [...read(`.github/workflows/${name}`).matchAll(/uses: (\S+)/g)].map(
    ([, action = '']) => action,
  );
  expect(used.length).toBeGreaterThan(0);
  expect(used.filter((action) => !/^\.\/|@[0-9a-f]{40}$/.test(action))).toEqual([]);
});
