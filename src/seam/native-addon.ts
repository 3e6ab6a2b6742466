import { createRequire } from 'node:module';
import { resolve as absolutePath } from 'node:path';
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
  const requireAnywhere = createRequire(process.execPath);
  const { cache } = requireAnywhere;
  const { SENTRY_PROFILER_BINARY_PATH: named } = process.env;
  const ownPath = named ? tryResolve(requireAnywhere, named) : undefined;
  return Object.keys(cache)
    .filter((path) => ADDON_FILE.test(path) || path === ownPath)
    .map((path): unknown => cache[path]?.exports)
    .filter(isAddon);
}

/** As Node knows the file that the user has named: links followed, its ending added. */
function tryResolve({ resolve }: NodeJS.Require, named: string): string | undefined {
  try {
    return resolve(absolutePath(named));
  } catch {
    return undefined;
  }
}

function isAddon(value: unknown): value is NativeAddon {
  const { startProfiling, stopProfiling } = Object(value) as Partial<NativeAddon>;
  return typeof startProfiling === 'function' && typeof stopProfiling === 'function';
}
