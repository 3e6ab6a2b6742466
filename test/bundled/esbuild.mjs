import { build } from 'esbuild';

/** Prepends what a format lacks, because a bundle in one format has code that was written for the other. */
const MISSING = {
  esm: {
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  },
  cjs: {
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': 'importMetaUrl' },
  },
};

/** @type {import('./bundlers.ts').Bundler} */
export async function bundleWithEsbuild({ entry, outfile, format, external }) {
  await build({
    entryPoints: [entry],
    outfile,
    format,
    external,
    bundle: true,
    platform: 'node',
    minify: true,
    // The native profiler, a file for each platform, goes beside the bundle.
    loader: { '.node': 'copy' },
    ...MISSING[format],
  });
}
