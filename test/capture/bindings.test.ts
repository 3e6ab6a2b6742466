import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findLoaded } from '../../src/capture/bindings.ts';

test('the native profiler that the SDK has loaded is found, though that of another SDK is within reach', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'monorepo-')));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const install = (folder: string, name: string): string => {
    const path = join(root, folder, 'node_modules', name, 'index.js');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    return path;
  };
  const others = install('.', '@sentry/node-cpu-profiler');
  const own = install('service', '@sentry-internal/node-cpu-profiler');
  const requireThere = createRequire(join(root, 'service', 'index.js'));
  expect(requireThere.resolve('@sentry/node-cpu-profiler')).toBe(others);
  expect(findLoaded(requireThere)).toBeUndefined();
  requireThere(own);
  expect(findLoaded(requireThere)).toBe(own);
});
