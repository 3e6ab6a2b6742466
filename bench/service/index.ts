import { type Run, runAll } from '../live/run-all.ts';
import { sdkVersions } from '../live/sdk-versions.ts';
import type { BenchOptions } from '../options.ts';
import { describeMachine } from '../support/machine.ts';
import { writeBetweenMarkers } from '../support/pages.ts';
import { writeResult } from '../support/results.ts';
import { drawService } from './chart.ts';
import { FULL, narrow, planCases, QUICK, REQUEST_MS, type Series } from './plan.ts';
import { renderSummary } from './summary.ts';
import { renderTable } from './table.ts';

const RESULTS = new URL('../results/service.json', import.meta.url);
const CHART = new URL('../../docs/service.svg', import.meta.url);
const CHART_MARKDOWN = [
  '![Peak memory and delivered profiles by requests open at once: stock SDK and with the integration](docs/service.svg)',
  '',
  '*Left, the memory that profiling adds; right, how much of it arrives: from one request at a time to hundreds open at once.*',
].join('\n');

/** Puts a service under ever more requests at once, in each mode, and writes down the costs of profiling and the arrivals. */
export async function benchService({ isQuick, runs: rounds, only }: BenchOptions): Promise<void> {
  const series = narrow(isQuick ? QUICK : FULL, only);
  const runs = await runAll(planCases(series), rounds);
  const report = { machine: describeMachine(['express', 'autocannon'], sdkVersions()), series, runs };
  const table = renderTable(report);
  console.log(`\n${table}\n`);
  if (isQuick || only !== '') return console.log('Not the whole: nothing was written.');

  console.log(`Raw numbers: ${writeResult(RESULTS, `${JSON.stringify(report, null, 2)}\n`)}`);
  console.log(`Chart: ${writeResult(CHART, `${await drawService(series, runs)}\n`)}`);
  const pages = [
    writeBetweenMarkers('service-summary', summaryOf(series, runs)),
    writeBetweenMarkers('service', table),
  ];
  console.log(`Tables: ${pages.join(', ')}`);
}

/** The figures that come first in the README. */
export function summaryOf([first]: readonly Series[], runs: readonly Run[]): string {
  if (first === undefined) return '';
  const note = `Medians; ${first.title}, open for ${REQUEST_MS / 1000} s. CPU is that of all profiles delivered: where many are lost, less is done. [Ranges, SDK 11 and how to repeat it](docs/benchmarks.md#a-service-under-load).`;
  return [renderSummary(first, runs), '', note, '', CHART_MARKDOWN].join('\n');
}
