import { createRequire } from 'node:module';
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

/** The addon's file as it is published, for each platform and version of Node. */
const ADDON_FILE = /[\\/]sentry_cpu_profiler[^\\/]*\.node$/;

/**
 * Finds the native profilers that are loaded: one, unless a tree holds several SDKs. Node keeps in one cache all modules that
 * CommonJS has loaded. All native ones are among them, because a bundled server too has to load them from a file.
 */
export function findAddons(): NativeAddon[] {
  const { cache } = createRequire(process.execPath);
  return Object.keys(cache)
    .filter((path) => path.endsWith('.node'))
    .flatMap((path) => toAddon(cache[path]?.exports, path) ?? []);
}

/** Bundlers rename files, so one with another name is known by an export that no other profiler has. */
function toAddon(value: unknown, path: string): NativeAddon | undefined {
  const { startProfiling, stopProfiling, getFrameModule } = Object(value) as Record<string, unknown>;
  const isProfiler = typeof startProfiling === 'function' && typeof stopProfiling === 'function';
  const isSentrys = typeof getFrameModule === 'function' || ADDON_FILE.test(path);
  return isProfiler && isSentrys ? (value as NativeAddon) : undefined;
}

/** The SDK's module that loads the addon. Without a binary for this version of Node it has none, says so, and nothing is profiled. */
const LOADER_FILE = /[\\/]node-cpu-profiler[\\/]lib[\\/]index\.js$/;

/** Whether it is known that there is no native profiler. A bundled server does not show its loader. */
export function isAddonMissing(): boolean {
  const { cache } = createRequire(process.execPath);
  const loaders = Object.keys(cache).filter((path) => LOADER_FILE.test(path));
  return loaders.length > 0 && loaders.every((path) => hasNoBinary(cache[path]?.exports));
}

function hasNoBinary(loader: unknown): boolean {
  const exported = Object(loader) as { PrivateCpuProfilerBindings?: unknown };
  return 'PrivateCpuProfilerBindings' in exported && exported.PrivateCpuProfilerBindings === undefined;
}
