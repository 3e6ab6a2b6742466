import { readFileSync } from 'node:fs';
import { bundleWithEsbuild } from './esbuild.mjs';
import { bundleWithRollup } from './rollup.mjs';

export interface BundleRequest {
  readonly entry: string;
  readonly outfile: string;
  readonly format: 'esm' | 'cjs';
  readonly external: string[];
}

export type Bundler = (request: BundleRequest) => Promise<void>;

export const BUNDLERS = { esbuild: bundleWithEsbuild, rollup: bundleWithRollup };
export const FORMATS = ['cjs', 'esm'] as const;

export type BundlerName = keyof typeof BUNDLERS;

/** The version of a package that this project has installed. */
export function versionOf(name: string): string {
  const path = new URL(`node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
