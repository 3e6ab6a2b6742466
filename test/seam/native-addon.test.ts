import { copyFileSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findAddons } from '../../src/seam/native-addon.ts';
import { addon, withoutProfiler } from '../support/native-profiler.ts';

const requireHere = createRequire(import.meta.url);
const addonPath = Object.keys(requireHere.cache).find((path) => path.endsWith('.node')) as string;

/** Loads a copy of the native profiler from another file, as a tree with two SDKs or a bundled server does. */
function loadCopy(name: string): { path: string; exports: object } {
  const path = join(mkdtempSync(join(tmpdir(), 'addon-')), name);
  copyFileSync(addonPath, path);
  // The file stays: to remove a module that is loaded is not possible on every system.
  onTestFinished(() => void delete requireHere.cache[path]);
  return { path, exports: requireHere(path) as object };
}

test('the native profiler is found by what the SDK has loaded, and by nothing else', () => {
  expect(findAddons()).toEqual([addon]);
  expect(withoutProfiler(findAddons)).toEqual([]);
});

test('a tree that holds two SDKs has two', () => {
  const { exports } = loadCopy('sentry_cpu_profiler-linux-x64-glibc-1.node');
  const found = findAddons();
  expect(found).toHaveLength(2);
  expect(found).toContain(exports);
});

test('one that was built from source has no platform in its name', () => {
  const { exports } = loadCopy('sentry_cpu_profiler.node');
  expect(findAddons()).toContain(exports);
});

test.each(['profiler.node', 'PVNCGKLA.node'])(
  'one that was renamed to %s is found by its exports',
  (name) => {
    const { exports } = loadCopy(name);
    expect(findAddons()).toHaveLength(2);
    expect(findAddons()).toContain(exports);
  },
);

test('another profiler with the same two methods is not one', () => {
  const { exports } = loadCopy('profiler.node');
  Object.assign(exports, { getFrameModule: undefined });
  expect(findAddons()).toEqual([addon]);
});

test.each(['startProfiling', 'stopProfiling'])('what lacks %s is not one', (name) => {
  expect(withoutProfiler(findAddons, { ...addon, [name]: undefined })).toEqual([]);
});
