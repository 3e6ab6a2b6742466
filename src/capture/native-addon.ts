import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { NativeProfile } from '../record/segment.ts';

/** The native profiler, as the SDK's JavaScript calls it: by its exports, at each call. */
export interface NativeAddon {
  startProfiling(id: string): void;
  /** @returns null when no profile of that id is running */
  stopProfiling(
    id: string,
    format: number,
    threadId: number,
    collectResources: boolean,
  ): NativeProfile | null;
}

/** The addon's file for each platform and version of Node; of one that was built from source it has no more in its name. */
const ADDON_FILE = /[\\/]sentry_cpu_profiler[^\\/]*\.node$/;

/**
 * Finds the native profilers that are loaded: one, unless a tree holds several SDKs. Node keeps what was loaded by its file, for
 * ES modules too, and a bundled server has to load this one from a file as well.
 */
export function findAddons(): NativeAddon[] {
  const { cache } = createRequire(process.execPath);
  const ownPath = process.env.SENTRY_PROFILER_BINARY_PATH;
  const isAddonFile = (path: string): boolean =>
    ADDON_FILE.test(path) || (ownPath !== undefined && path === resolve(ownPath));
  return Object.keys(cache)
    .filter(isAddonFile)
    .map((path): unknown => cache[path]?.exports)
    .filter(isAddon);
}

function isAddon(value: unknown): value is NativeAddon {
  const { startProfiling, stopProfiling } = Object(value) as Partial<NativeAddon>;
  return typeof startProfiling === 'function' && typeof stopProfiling === 'function';
}
