import { createRequire } from 'node:module';
import type { SampledProfile } from '../profile/types.ts';

/** A profile as `stopProfiling` returns it. */
export type NativeProfile = SampledProfile;

/** What the SDK starts and stops V8 profiles through, in every line. */
export interface ProfilerBindings {
  startProfiling(id: string): void;
  /** @returns null when no profile of that id is running */
  stopProfiling(id: string, format: number): NativeProfile | null;
}

/** The native profiler's package: the newer name, and the one that lines of SDK 9 and 10 use. */
const PROFILER_PACKAGES = ['@sentry/node-cpu-profiler', '@sentry-internal/node-cpu-profiler'];

/**
 * Finds the object that the SDK's own profiling calls: an inner part of another package, looked for from where
 * `@sentry/profiling-node` lies. It is CommonJS, so applications of either kind share one instance.
 *
 * @returns undefined where it can't be found, in a bundled server for example, or has another shape
 */
export function findBindings(): ProfilerBindings | undefined {
  try {
    const requireHere = createRequire(import.meta.url);
    const requireThere = createRequire(requireHere.resolve('@sentry/profiling-node'));
    const path = findLoaded(requireThere);
    if (path === undefined) return undefined;
    const { CpuProfilerBindings: bindings } = requireThere(path) as { CpuProfilerBindings?: unknown };
    return isBindings(bindings) ? bindings : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What is not loaded is not what the SDK uses: in a monorepo, the package of another SDK may be within reach. And to load
 * it here would load a native module for nothing.
 */
export function findLoaded(requireThere: NodeJS.Require): string | undefined {
  return PROFILER_PACKAGES.map((name) => tryResolve(requireThere, name)).find(
    (path) => path !== undefined && requireThere.cache[path] !== undefined,
  );
}

function tryResolve(requireThere: NodeJS.Require, name: string): string | undefined {
  try {
    return requireThere.resolve(name);
  } catch {
    return undefined;
  }
}

function isBindings(value: unknown): value is ProfilerBindings {
  const { startProfiling, stopProfiling } = (value ?? {}) as Partial<ProfilerBindings>;
  return typeof startProfiling === 'function' && typeof stopProfiling === 'function';
}
