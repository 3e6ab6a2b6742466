import { formatNumber } from '../support/numbers.ts';
import { profileBytesOf } from './profile-bytes.ts';
import { type Summary, summarize } from './summary.ts';
import type { Report } from './table.ts';

const MB = 1e6;
const MiB = 1024 * 1024;

interface Column {
  readonly title: string;
  readonly pick: (summary: Summary) => number;
}

const COLUMNS: readonly Column[] = [
  { title: 'CPU, ms', pick: ({ cpuMs }) => cpuMs },
  { title: 'extra peak RSS, MiB', pick: ({ extraPeakRssBytes }) => extraPeakRssBytes / MiB },
  { title: 'longest stall, ms', pick: ({ longestGapMs }) => longestGapMs },
  { title: 'decompressed, MB', pick: ({ payloadBytes }) => payloadBytes / MB },
  { title: 'on the wire, MB', pick: ({ wireBytes }) => wireBytes / MB },
];

/** A line for each size in a fresh process: the stock SDK's figure, and ours. */
export function renderSummary(report: Report): string {
  const scenarios = report.scenarios.filter(({ rounds }) => rounds === 1);
  return [
    `| one profile, stock SDK → with the integration | ${COLUMNS.map(({ title }) => title).join(' | ')} |`,
    `|---|${'--:|'.repeat(COLUMNS.length)}`,
    ...scenarios.map((scenario) => {
      const [stock, ours] = (['stock', 'ours'] as const).map((name) =>
        summarize(report.runs, scenario.name, name),
      ) as [Summary, Summary];
      const cells = COLUMNS.map(({ pick }) => `${cell(pick(stock))} → ${cell(pick(ours))}`);
      const title = `${formatNumber(profileBytesOf(scenario, report) / MB)} MB`;
      return `| ${[stock.failure === undefined ? title : `${title} (stock: not sent)`, ...cells].join(' | ')} |`;
    }),
  ].join('\n');
}

function cell(value: number): string {
  return Number.isNaN(value) ? '–' : formatNumber(value);
}
