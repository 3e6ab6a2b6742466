import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * Lays out the files of `/proc` and `/sys` as a process on some real system has seen them. `systems/` has one text for each,
 * written inside by `cat`: a line `== PATH` stands before the content of each file.
 *
 * @returns the directory that stands before `/proc` and `/sys`; it goes when the test is over
 */
export function layOutSystem(name: string): string {
  const root = mkdtempSync(join(tmpdir(), 'system-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const text = readFileSync(new URL(`systems/${name}.txt`, import.meta.url), 'utf8');
  for (const file of text.split(/^== /m).slice(1)) {
    const endOfPath = file.indexOf('\n');
    put(root, file.slice(0, endOfPath), file.slice(endOfPath + 1));
  }
  return root;
}

/** Writes one file of such a tree. */
export function put(root: string, path: string, content: string): void {
  const to = join(root, path);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, content);
}
