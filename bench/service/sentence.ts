import { Comparison, deliveredShare } from '../live/compare.ts';
import type { Run } from '../live/run-all.ts';
import { formatNumber } from '../support/numbers.ts';
import { caseName, type Series } from './plan.ts';

const MiB = 1024 * 1024;
const NAMES = { stock: 'the stock SDK', ours: 'the integration' } as const;

/** Says in one sentence how stock and integration compare at the most requests open at once. */
export function sayWhatWasSeen(series: Series, runs: readonly Run[]): string {
  const contexts = Math.max(...series.contexts);
  const comparison = new Comparison(runs, caseName(series, contexts));
  const of = series.sdk === '10' ? 'of the profiles' : 'of the time in chunks';
  const [stock, ours] = (['stock', 'ours'] as const).map(
    (mode) => `${NAMES[mode]} ${say(comparison, mode, of)}`,
  );
  return `With ${formatNumber(contexts)} requests open at once, ${stock}; ${ours}.`;
}

function say(comparison: Comparison, mode: 'stock' | 'ours', of: string): string {
  const [failure] = comparison.failures(mode);
  if (failure !== undefined) return `did not get to the end (${failure.trim()})`;
  const share = comparison.figure(mode, deliveredShare).median;
  const peakMiB = comparison.overNone(mode, ({ peakRssBytes }) => peakRssBytes).median / MiB;
  const cpuPercent = comparison.overNone(mode, ({ cpuShare }) => cpuShare).median * 100;
  const endMs = comparison.figure(mode, ({ spanEndP99Ms }) => spanEndP99Ms).median;
  return (
    `delivered ${Math.floor(share * 100)}% ${of} and took ${more(peakMiB, ' MiB', 'memory')} and ` +
    `${more(cpuPercent, '% of a core', 'CPU')} than no profiling (p99 of \`span.end()\`: ${formatNumber(endMs)} ms)`
  );
}

function more(value: number, unit: string, what: string): string {
  return `${formatNumber(Math.abs(value))}${unit} ${value < 0 ? 'less' : 'more'} ${what}`;
}
