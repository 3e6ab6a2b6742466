import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { SampledProfile } from '../../src/profile/types.ts';
import { bindings, CHUNK, TRANSACTION } from './native-profiler.ts';

/** The lists of a real profile as the SDK takes them over from the profiler. */
export type RecordedLists = SampledProfile & { thread_metadata: object };

/** The same work, recorded in both formats. */
export interface Recorded {
  readonly transaction: RecordedLists;
  readonly chunk: RecordedLists;
}

/** A real profile that is large, because it has thousands of functions and deep recursion. */
export function recordTypeChecking(minDurationMs: number): Recorded {
  for (const id of ['transaction', 'chunk']) bindings.startProfiling(id);
  const endMs = performance.now() + minDurationMs;
  do typeCheck();
  while (performance.now() < endMs);
  return { transaction: stop('transaction', TRANSACTION), chunk: stop('chunk', CHUNK) };
}

function typeCheck(): void {
  const core = dirname(createRequire(import.meta.url).resolve('@sentry/core/package.json'));
  ts.createProgram([join(core, 'build/types/index.d.ts')], {
    strict: true,
    types: [],
  }).getSemanticDiagnostics();
}

function stop(id: string, format: number): RecordedLists {
  const { samples, stacks, frames } = bindings.stopProfiling(id, format) as SampledProfile;
  return { samples, stacks, frames, thread_metadata: { 0: { name: 'main' } } };
}
