import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Writes a file below `bench` or `docs`. @returns its path from where the bench was started */
export function writeResult(file: URL, content: string): string {
  const path = fileURLToPath(file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return relative(process.cwd(), path);
}
