import { Comparison, deliveredShare } from '../live/compare.ts';
import type { Run } from '../live/run-all.ts';
import { formatNumber } from '../support/numbers.ts';
import { caseName, type Series } from './plan.ts';

const MiB = 1024 * 1024;
const NAMES = { stock: 'stock SDK', ours: 'with the integration' } as const;
const HEAD = [
  'requests open at once',
  '',
  'profiles delivered',
  'CPU over none, % of a core',
  'peak RSS over none, MiB',
  '`span.end()` p99, ms',
  'longest native stop, ms',
];

/** The figures that come first in the README: the medians of a series, without those of a service that has nothing to do. */
export function renderSummary(series: Series, runs: readonly Run[]): string {
  const rows = series.contexts
    .filter((contexts) => contexts > 1)
    .flatMap((contexts) =>
      (['stock', 'ours'] as const).map((mode) => [
        mode === 'stock' ? formatNumber(contexts) : '',
        NAMES[mode],
        ...cellsOf(new Comparison(runs, caseName(series, contexts)), mode),
      ]),
    );
  const lines = [HEAD, ['--:', '---', ...HEAD.slice(2).map(() => '--:')], ...rows];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function cellsOf(comparison: Comparison, mode: 'stock' | 'ours'): string[] {
  const [failure] = comparison.failures(mode);
  if (failure !== undefined) return [`failed: ${failure.trim()}`, ...HEAD.slice(3).map(() => '')];
  const share = comparison.figure(mode, deliveredShare).median;
  return [
    `${Math.floor(share * 100)}%`,
    formatNumber(comparison.overNone(mode, ({ cpuShare }) => cpuShare).median * 100),
    formatNumber(comparison.overNone(mode, ({ peakRssBytes }) => peakRssBytes).median / MiB),
    formatNumber(comparison.figure(mode, ({ spanEndP99Ms }) => spanEndP99Ms).median),
    formatNumber(comparison.figure(mode, ({ longestStopMs }) => longestStopMs).median),
  ];
}
