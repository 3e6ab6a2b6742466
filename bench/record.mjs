// Records a real profile with the SDK's native profiler and writes it as the SDK would send it: `node record.mjs <file>`.
// The work is type-checking, because it makes profiles large: it has thousands of functions and deep recursion.
import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const RECORD_MS = 10_000;
/** The native profiler's name for the format of continuous profiling: samples with a `timestamp`. */
const CHUNK_FORMAT = 1;

const [target = ''] = process.argv.slice(2);
const requireFromHere = createRequire(import.meta.url);
const requireFromSdk = createRequire(requireFromHere.resolve('@sentry/profiling-node'));
const { CpuProfilerBindings } = requireFromSdk('@sentry/node-cpu-profiler');
const { version } = requireFromHere('@sentry/profiling-node/package.json');

const startMs = performance.now();
CpuProfilerBindings.startProfiling('bench');
do typeCheck();
while (performance.now() - startMs < RECORD_MS);
const recorded = CpuProfilerBindings.stopProfiling('bench', CHUNK_FORMAT);
if (recorded === null) throw new Error('Expected the native profiler to return a profile');

mkdirSync(dirname(target), { recursive: true });
// Renamed into place: a recording that was broken off must not be taken for a whole one.
writeFileSync(`${target}.tmp`, JSON.stringify(asChunk(recorded)));
renameSync(`${target}.tmp`, target);

/** Declarations only, of one size whatever becomes of this package's own sources: recordings stay comparable. */
function typeCheck() {
  const declarations = requireFromHere.resolve('@sentry/core/package.json');
  ts.createProgram([join(dirname(declarations), 'build/types/index.d.ts')], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
  }).getSemanticDiagnostics();
}

/**
 * As `createProfileChunkPayload` of `@sentry/profiling-node` does it.
 *
 * @param {{ samples: object[], stacks: number[][], frames: object[], measurements: object }} profile
 */
function asChunk({ samples, stacks, frames, measurements }) {
  return {
    chunk_id: randomBytes(16).toString('hex'),
    client_sdk: { name: 'sentry.javascript.node', version },
    profiler_id: randomBytes(16).toString('hex'),
    platform: 'node',
    version: '2',
    release: 'bench@1.0.0',
    environment: 'bench',
    measurements,
    debug_meta: { images: [] },
    profile: { samples, frames, stacks, thread_metadata: { 0: { name: 'main' } } },
  };
}
