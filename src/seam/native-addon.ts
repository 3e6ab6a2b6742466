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

/** The addon's file, whose name tells platform and version of Node, except for one that was built from source. */
const ADDON_FILE = /[\\/]sentry_cpu_profiler[^\\/]*\.node$/;

/**
 * Finds the native profilers that are loaded: one, unless a tree holds several SDKs. Node keeps each addon under the path of its
 * file, for ES modules too. A bundled server has to load it from a file as well.
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

/** The path under which Node knows the file that the user has named, with links followed and the extension added. */
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
