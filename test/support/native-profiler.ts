import { createRequire } from 'node:module';
import '@sentry/profiling-node';
import type { NativeProfile, ProfilerBindings } from '../../src/capture/bindings.ts';

const requireHere = createRequire(import.meta.url);
const requireThere = createRequire(requireHere.resolve('@sentry/profiling-node'));
const path = requireThere.resolve('@sentry/node-cpu-profiler');

interface ProfilerModule {
  CpuProfilerBindings: ProfilerBindings;
  /** The native module itself, below what the SDK calls. */
  PrivateCpuProfilerBindings: { stopProfiling: unknown };
}

const loaded = requireThere(path) as ProfilerModule;

/** The real profiler, as the SDK starts and stops it. */
export const bindings = loaded.CpuProfilerBindings;

/** The formats of `stopProfiling`. */
export const TRANSACTION = 0;
export const CHUNK = 1;

/** Runs with the profiler's package not loaded, as in a bundled server, or loaded with other exports. */
export function withoutProfiler<T>(work: () => T, exports?: object): T {
  const { cache } = requireThere;
  const module = cache[path];
  if (exports === undefined) delete cache[path];
  else cache[path] = { ...module, exports } as NodeJS.Module;
  try {
    return work();
  } finally {
    cache[path] = module;
  }
}

/** Runs with a native module that throws when a profile is stopped. */
export function withFailingStop<T>(work: () => T): T {
  const native = loaded.PrivateCpuProfilerBindings;
  const { stopProfiling } = native;
  native.stopProfiling = () => {
    throw new Error('the native stop failed');
  };
  try {
    return work();
  } finally {
    native.stopProfiling = stopProfiling;
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

/** A real profile of so long. */
export function recordProfile(durationMs: number, format = TRANSACTION): NativeProfile {
  const id = `recorded ${Math.random()}`;
  bindings.startProfiling(id);
  // Along two paths, so that functions stand in the call tree twice.
  const handle = (): number => work(durationMs / 2);
  const handleAnother = (): number => work(durationMs / 2);
  handle();
  handleAnother();
  return bindings.stopProfiling(id, format) as NativeProfile;
}
