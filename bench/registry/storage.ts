import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.ts';
import { runChild } from '../support/children.ts';
import { freePort, untilListening } from '../support/ports.ts';
import { PACKAGES, VERSIONS } from './packages.mjs';

const CONFIG = fileURLToPath(new URL('config.yaml', import.meta.url));
const STORAGE = fileURLToPath(new URL('../.cache/registry', import.meta.url));
/** The script writes this last: without it, the storage is incomplete, because a run was broken off. */
const CONTENT = `${STORAGE}.json`;
const PUBLISH_TIMEOUT_MS = 120_000;

export const REGISTRY = new URL('node_modules/verdaccio/bin/verdaccio', import.meta.url);

export function registryArguments(port: number): string[] {
  return ['--config', CONFIG, '--listen', `127.0.0.1:${port}`];
}

/** Has packages published to the registry, if they are not there from the last time. */
export async function fillStorage(): Promise<void> {
  const content = JSON.stringify({ packages: PACKAGES, versions: VERSIONS });
  if (existsSync(CONTENT) && readFileSync(CONTENT, 'utf8') === content) return;
  for (const path of [CONTENT, STORAGE]) rmSync(path, { recursive: true, force: true });
  console.error(`Publishing ${PACKAGES.length} packages in ${VERSIONS.length} versions …`);
  const port = await freePort();
  const registry = new Child(REGISTRY, { args: registryArguments(port), nodeFlags: [] });
  try {
    await untilListening(port, registry);
    const { failure } = await runChild(
      new URL('publish.mjs', import.meta.url),
      [`http://127.0.0.1:${port}`],
      { timeoutMs: PUBLISH_TIMEOUT_MS },
    );
    if (failure !== undefined) throw new Error(`Publishing failed: ${failure}`);
  } finally {
    await registry.kill();
  }
  writeFileSync(CONTENT, content);
}
