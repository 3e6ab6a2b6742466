import { type Machine, machineNote } from '../support/machine.ts';
import { formatNumber, median } from '../support/numbers.ts';
import type { Scenario } from './plan.ts';
import { profileBytesOf } from './profile-bytes.ts';
import { type Summary, summarize } from './summary.ts';
import { CONTENDERS, type Run } from './types.ts';

export interface Report {
  readonly machine: Machine;
  readonly profile: { readonly bytes: number };
  readonly scenarios: readonly Scenario[];
  readonly runs: readonly Run[];
}

interface Row {
  readonly label: string;
  readonly pick: (summary: Summary) => number;
}

const MB = 1e6;
const MiB = 1024 * 1024;

const CPU: Row = { label: 'CPU, ms', pick: ({ cpuMs }) => cpuMs };
const COLD_ROWS: readonly Row[] = [
  CPU,
  { label: 'extra peak RSS, MiB', pick: ({ extraPeakRssBytes }) => extraPeakRssBytes / MiB },
  { label: 'longest stall of the event loop, ms', pick: ({ longestGapMs }) => longestGapMs },
  { label: 'decompressed, MB', pick: ({ payloadBytes }) => payloadBytes / MB },
  { label: 'on the wire, MB', pick: ({ wireBytes }) => wireBytes / MB },
];

/** The results as Markdown. */
export function renderTable(report: Report): string {
  const { machine, runs, scenarios } = report;
  const idleGapMs = median(
    runs.flatMap((run) => run.measurements.flatMap(({ loop }) => loop?.idleGapMs ?? [])),
  );
  return [
    '| | stock | json-ext | ours | ours / stock |',
    '|---|--:|--:|--:|--:|',
    ...scenarios.flatMap((scenario) => renderScenario(scenario, report)),
    '',
    `Medians. Stalls are gaps in a 1 ms timer, seen from another thread; an idle loop shows ${formatNumber(idleGapMs)} ms. ` +
      `${peakNote(runs)}${machineNote(machine)}`,
    '',
    'Repeat it: `npm run bench -- encode`. Raw numbers: [bench/results/encode.json](../bench/results/encode.json).',
  ].join('\n');
}

function renderScenario(scenario: Scenario, report: Report): string[] {
  const summaries = CONTENDERS.map((contender) => summarize(report.runs, scenario.name, contender));
  const size = `${formatNumber(profileBytesOf(scenario, report) / MB)} MB`;
  const title =
    scenario.rounds > 1 ? `${size}, after many others in the same process` : `${size}, in a fresh process`;
  const rows = scenario.rounds > 1 ? [CPU] : COLD_ROWS;
  return [
    `| **${title}** | | | | |`,
    ...rows.map(({ label, pick }) => renderRow(label, summaries.map(pick))),
    ...renderFailures(summaries),
  ];
}

function renderRow(label: string, values: readonly number[]): string {
  const ratio = (values.at(-1) ?? Number.NaN) / (values[0] ?? Number.NaN);
  return `| ${[label, ...values.map(cell), Number.isNaN(ratio) ? '–' : ratio.toFixed(2)].join(' | ')} |`;
}

function cell(value: number): string {
  return Number.isNaN(value) ? '–' : formatNumber(value);
}

/** Profiles that did not arrive: then the figures above are the cost of the attempt. */
function renderFailures(summaries: readonly Summary[]): string[] {
  if (summaries.every(({ failure }) => failure === undefined)) return [];
  const cells = summaries.map(({ failure }) => (failure === undefined ? 'sent' : `not sent: \`${failure}\``));
  return [`| ${['outcome', ...cells, ''].join(' | ')} |`];
}

function peakNote(runs: readonly Run[]): string {
  const isLowerBound = runs.some((run) => run.measurements.some(({ peakMethod }) => peakMethod === 'grown'));
  return isLowerBound ? 'The peak could not be reset here: extra peak RSS is a lower bound. ' : '';
}
