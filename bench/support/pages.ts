import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGES = ['README.md', 'docs/benchmarks.md', 'docs/sizing.md'];

/**
 * Replaces the text between the markers of this benchmark, on the page that has them.
 *
 * @returns that page. @throws Error if none has them
 */
export function writeBetweenMarkers(name: string, markdown: string): string {
  for (const page of PAGES) if (writeBetween(page, `bench:${name}`, markdown)) return page;
  throw new Error(`Expected one of ${PAGES.join(', ')} to have the markers <!-- bench:${name} -->`);
}

/** Replaces the text between these markers of a page. False if the page does not have them. */
export function writeBetween(page: string, marker: string, markdown: string): boolean {
  const replaced = replaceBetween(page, marker, markdown);
  if (replaced !== undefined) writeFileSync(pathOf(page), replaced);
  return replaced !== undefined;
}

/** Whether this is the text between these markers of a page. */
export function isBetweenMarkers(page: string, marker: string, markdown: string): boolean {
  return replaceBetween(page, marker, markdown) === readFileSync(pathOf(page), 'utf8');
}

function replaceBetween(page: string, marker: string, markdown: string): string | undefined {
  const [start, end] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
  const before = readFileSync(pathOf(page), 'utf8');
  const from = before.indexOf(start);
  const to = before.indexOf(end);
  if (from < 0 || to < from) return undefined;
  return `${before.slice(0, from)}${start}\n\n${markdown}\n\n${before.slice(to)}`;
}

function pathOf(page: string): string {
  return fileURLToPath(new URL(`../../${page}`, import.meta.url));
}
