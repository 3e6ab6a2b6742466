import { readFileSync } from 'node:fs';

/**
 * The text of a file of the kernel's; undefined where it can't be read, for whatever reason: it is not there, or forbidden, by
 * Node's own permissions too. The kernel writes these files as they are read, so reading waits for no disk.
 */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
