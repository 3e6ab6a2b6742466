import { createRequire } from 'node:module';
import '@sentry/profiling-node';
import type { NativeProfiler } from '../../src/record/rotation.ts';
import type { NativeProfile } from '../../src/record/segment.ts';
import { findAddons, type NativeAddon } from '../../src/seam/native-addon.ts';

const requireHere = createRequire(import.meta.url);
const requireThere = createRequire(requireHere.resolve('@sentry/profiling-node'));
const { cache } = requireThere;
const addonPath = Object.keys(cache).find((path) => path.endsWith('.node')) as string;

interface Bindings {
  startProfiling(id: string): void;
  stopProfiling(id: string, format: number): NativeProfile | null;
}

/** The real profiler, as the SDK starts and stops it. */
export const bindings = (requireThere('@sentry/node-cpu-profiler') as { CpuProfilerBindings: Bindings })
  .CpuProfilerBindings;

/** The native module itself, which that calls. */
export const addon = findAddons()[0] as NativeAddon;

const { startProfiling, stopProfiling } = addon;

/** The formats of `stopProfiling`. */
export const TRANSACTION = 0;
export const CHUNK = 1;

/** The native module as it was loaded, whatever has been put in front of it since: V8 itself. */
export const untouched: NativeProfiler = {
  start: (title) => startProfiling.call(addon, title),
  stop: (title) => stopProfiling.call(addon, title, TRANSACTION, 0, false),
};

/** Runs with the native module not loaded, as where its SDK is not, or loaded with other exports. */
export function withoutProfiler<T>(work: () => T, exports?: object): T {
  const module = cache[addonPath];
  if (exports === undefined) delete cache[addonPath];
  else cache[addonPath] = { ...module, exports } as NodeJS.Module;
  try {
    return work();
  } finally {
    cache[addonPath] = module;
  }
}

/** Real CPU work that calls functions of its own, at different places. */
export function work(durationMs: number): number {
  const endMs = performance.now() + durationMs;
  let checksum = 0;
  while (performance.now() < endMs) checksum += sorted(parsed(300)) + sorted(parsed(200));
  return checksum;
}

function parsed(count: number): number[] {
  return JSON.parse(JSON.stringify(Array.from({ length: count }, (_, i) => (i * 7919) % 1009))) as number[];
}

function sorted(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[10] ?? 0;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Keeps the process as busy as a service under load. */
export async function serve(durationMs: number): Promise<void> {
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs) {
    work(8);
    await sleep(1);
  }
}

/** A real profile of so long. */
export function recordProfile(durationMs: number): NativeProfile {
  const id = `recorded ${Math.random()}`;
  untouched.start(id);
  // Along two paths, so that functions stand in the call tree twice.
  const handle = (): number => work(durationMs / 2);
  const handleAnother = (): number => work(durationMs / 2);
  handle();
  handleAnother();
  return untouched.stop(id) as NativeProfile;
}
