// @ts-nocheck The plugins are installed for this suite alone, and their types are those of CommonJS.
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import resolve from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';

const isNative = (/** @type {string} */ id) => id.endsWith('.node');

/** An ES module has no `require`, which the SDK loads the native profiler with. */
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

/** @type {import('./bundlers.ts').Bundler} */
export async function bundleWithRollup({ entry, outfile, format, external }) {
  const bundle = await rollup({
    input: entry,
    external: external.map((name) => new RegExp(`^${name.replace('/*', '/')}`)),
    plugins: [
      resolve({ preferBuiltins: true, exportConditions: ['node'] }),
      // It leaves `require('./….node')` as it is.
      commonjs({ ignore: isNative, ignoreDynamicRequires: true }),
      json(),
    ],
    onwarn: () => {},
  });
  await bundle.write({
    file: outfile,
    format,
    inlineDynamicImports: true,
    banner: format === 'esm' ? REQUIRE : '',
  });
  // So the native profiler, a file for each platform, goes beside the bundle.
  if (external.includes('@sentry/*')) return;
  const profiler = createRequire(entry).resolve('@sentry/node-cpu-profiler');
  cpSync(dirname(profiler), dirname(outfile), {
    recursive: true,
    filter: (path) => path === dirname(profiler) || isNative(path),
  });
}
