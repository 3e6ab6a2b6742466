import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { runChild } from '../support/children.ts';

const require = createRequire(import.meta.url);
const RECORD_SCRIPT = new URL('../record.mjs', import.meta.url);
const TIMEOUT_MS = 120_000;

/** A real profile on disk, as JSON. */
export interface Recording {
  readonly path: string;
  readonly bytes: number;
}

/** Records a profile, or takes the one that the same versions have recorded before. */
export async function obtainRecording(): Promise<Recording> {
  const versions = [process.version, versionOf('@sentry/profiling-node'), versionOf('typescript')].join('-');
  const path = fileURLToPath(new URL(`../.cache/profile-${versions}.json`, import.meta.url));
  if (!existsSync(path)) {
    console.error('Recording a profile (10 s of type-checking) …');
    const { failure } = await runChild(RECORD_SCRIPT, [path], { timeoutMs: TIMEOUT_MS });
    if (failure !== undefined) throw new Error(`Recording a profile failed: ${failure}`);
  }
  return { path, bytes: statSync(path).size };
}

function versionOf(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version;
}
