import { readFileSync } from 'node:fs';

/**
 * Reads a file of the kernel. The kernel makes its text at that moment, so no disk is waited for.
 *
 * @returns undefined if it can't be read: it does not exist, or the system or Node's own permissions forbid it
 */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
