import { type Case, runAll } from '../live/run-all.ts';
import { sdkVersions } from '../live/sdk-versions.ts';
import type { BenchOptions } from '../options.ts';
import { describeMachine, versionOf } from '../support/machine.ts';
import { writeBetweenMarkers } from '../support/pages.ts';
import { writeResult } from '../support/results.ts';
import { startLoad } from './load.ts';
import { fillStorage, REGISTRY, registryArguments } from './storage.ts';
import { renderTable } from './table.ts';

const RESULTS = new URL('../results/registry.json', import.meta.url);
const WARM_UP_MS = 5000;
const MEASURED_MS = 30_000;
const MEASURED_WHEN_QUICK_MS = 10_000;

/** Puts a package registry that others wrote under a steady load in each mode, and writes the costs of profiling down. */
export async function benchRegistry({ isQuick, runs: rounds, only }: BenchOptions): Promise<void> {
  await fillStorage();
  const loadMs = WARM_UP_MS + (isQuick ? MEASURED_WHEN_QUICK_MS : MEASURED_MS);
  const cases = planCases(loadMs).filter(({ name }) => name.includes(only));
  const runs = await runAll(cases, rounds);
  const versions = { ...sdkVersions(), verdaccio: versionOf('verdaccio', import.meta.url) };
  const report = { machine: describeMachine([], versions), cases: cases.map(({ name }) => name), runs };
  const table = renderTable(report);
  console.log(`\n${table}\n`);
  if (isQuick || only !== '') return console.log('Not the whole: nothing was written.');

  console.log(`Raw numbers: ${writeResult(RESULTS, `${JSON.stringify(report, null, 2)}\n`)}`);
  console.log(`Table: ${writeBetweenMarkers('registry', table)}`);
}

function planCases(loadMs: number): Case[] {
  const subject = {
    script: REGISTRY,
    args: registryArguments,
    env: {},
    startLoad: (origin: string) => startLoad(origin, loadMs, WARM_UP_MS),
    loadMs,
    warmUpMs: WARM_UP_MS,
  };
  return [
    { name: 'SDK 10, a profile for each request', sdk: '10', subject },
    { name: 'SDK 11, in chunks', sdk: '11', subject },
  ];
}
