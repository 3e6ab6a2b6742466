// The parts of the package that differ between the repository and npm.

/**
 * The manifest as it is published: without fields that only a clone needs, and with those that follow from the repository.
 *
 * @param {Record<string, unknown>} manifest
 * @param {string} repository empty if it is not known
 */
export function publishedManifest(manifest, repository) {
  const { scripts, devDependencies, overrides, ...rest } = manifest;
  if (repository === '') return rest;
  return {
    ...rest,
    homepage: `${repository}#readme`,
    bugs: `${repository}/issues`,
    repository: { type: 'git', url: `git+${repository}.git` },
  };
}

/**
 * A page whose links and images lead into the repository from wherever it is shown.
 *
 * @param {string} markdown
 * @param {string} repository
 * @param {string} revision a tag, so that the page goes on showing files of its own version
 */
export function withAbsoluteLinks(markdown, repository, revision) {
  return markdown.replace(/(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)/g, (_, image, text, path) => {
    const kind = image === '' ? 'blob' : 'raw';
    return `${image}[${text}](${repository}/${kind}/${revision}/${path})`;
  });
}

/**
 * Why a tag can't be released. Empty if it can.
 *
 * @param {{ tag: string, version: unknown, changelog: string, repository: string }} release
 * @returns {string[]}
 */
export function releaseProblems({ tag, version, changelog, repository }) {
  const problems = [];
  if (repository === '') problems.push('Expected REPOSITORY in scripts/repository.mjs to be set');
  if (tag !== `v${version}`) problems.push(`Expected the tag to be v${version}, got ${tag}`);
  const isDated = new RegExp(`^## \\[${version}\\] - \\d{4}-\\d{2}-\\d{2}$`, 'm').test(changelog);
  if (!isDated) problems.push(`Expected CHANGELOG.md to have a heading "## [${version}] - YYYY-MM-DD"`);
  return problems;
}
