import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SingleBar } from 'cli-progress';
import { runChild } from '../support/children.ts';
import { describeMachine } from '../support/machine.ts';
import { writeBetweenMarkers } from '../support/pages.ts';
import { type Case, planCases, planScenarios } from './plan.ts';
import { obtainRecording, type Recording } from './recording.ts';
import { type Sink, startSink } from './sink.ts';
import { renderSummary } from './summary-table.ts';
import { renderTable } from './table.ts';
import type { CaseOptions, Measurement, Run } from './types.ts';

const CASE_SCRIPT = new URL('./case/main.mjs', import.meta.url);
const RESULTS = fileURLToPath(new URL('../results/encode.json', import.meta.url));
const PACKAGES = ['@sentry/node', '@sentry/profiling-node', '@discoveryjs/json-ext', 'typescript'];
const CASE_TIMEOUT_MS = 120_000;

/** Sends a recorded profile, as it is and scaled up, by each contender in turn, and writes the costs down. */
export async function benchEncode({ isQuick }: { isQuick: boolean }): Promise<void> {
  const recording = await obtainRecording();
  const scenarios = planScenarios(recording.bytes, isQuick);
  const runs = await runAll(scenarios.flatMap(planCases), recording);
  const machine = describeMachine(PACKAGES);
  const profile = { bytes: recording.bytes };
  const report = { machine, profile, scenarios, runs };
  const table = renderTable(report);
  console.log(`\n${table}\n`);
  if (isQuick) return console.log('Quick: nothing was written.');

  mkdirSync(fileURLToPath(new URL('.', `file://${RESULTS}`)), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`Raw numbers: ${relative(process.cwd(), RESULTS)}`);
  writeBetweenMarkers('encode-summary', renderSummary(report));
  console.log(`Tables: ${writeBetweenMarkers('encode', table)}`);
}

async function runAll(cases: readonly Case[], recording: Recording): Promise<Run[]> {
  const sink = await startSink();
  const progress = new SingleBar({
    format: '{bar} {value}/{total} {scenario} {contender}, {eta_formatted} left',
    noTTYOutput: false,
  });
  if (process.stderr.isTTY) progress.start(cases.length, 0, { scenario: '', contender: '' });
  const runs: Run[] = [];
  for (const one of cases) {
    progress.update({ scenario: one.scenario.name, contender: one.options.contender });
    runs.push(await runCase(one, recording, sink));
    progress.increment();
  }
  progress.stop();
  sink.stop();
  return runs;
}

async function runCase({ scenario, options }: Case, { path }: Recording, sink: Sink): Promise<Run> {
  const caseOptions: CaseOptions = { ...options, profilePath: path, sinkPort: sink.port };
  const { message, failure } = await runChild<Measurement[]>(CASE_SCRIPT, [JSON.stringify(caseOptions)], {
    nodeFlags: ['--expose-gc', ...scenario.nodeFlags],
    timeoutMs: CASE_TIMEOUT_MS,
  });
  return {
    scenario: scenario.name,
    contender: options.contender,
    isObserved: options.isObserved,
    measurements: message ?? [],
    received: await sink.take(),
    failure,
  };
}
