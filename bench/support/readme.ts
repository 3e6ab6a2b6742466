import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));

/** Replaces what stands in the README between the markers of this benchmark. @returns false if it has none */
export function writeBetweenMarkers(name: string, markdown: string): boolean {
  if (!existsSync(README)) return false;
  const before = readFileSync(README, 'utf8');
  const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const from = before.indexOf(start);
  const to = before.indexOf(end);
  if (from < 0 || to < from) return false;
  writeFileSync(README, `${before.slice(0, from)}${start}\n\n${markdown}\n\n${before.slice(to)}`);
  return true;
}
