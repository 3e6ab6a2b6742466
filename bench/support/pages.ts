import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGES = ['README.md', 'docs/benchmarks.md'];

/**
 * Replaces what stands between the markers of this benchmark, on the page that has them.
 *
 * @returns that page. @throws Error if none has them
 */
export function writeBetweenMarkers(name: string, markdown: string): string {
  const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  for (const page of PAGES) {
    const path = fileURLToPath(new URL(`../../${page}`, import.meta.url));
    const before = readFileSync(path, 'utf8');
    const from = before.indexOf(start);
    const to = before.indexOf(end);
    if (from < 0 || to < from) continue;
    writeFileSync(path, `${before.slice(0, from)}${start}\n\n${markdown}\n\n${before.slice(to)}`);
    return page;
  }
  throw new Error(`Expected one of ${PAGES.join(', ')} to have the markers ${start}`);
}
