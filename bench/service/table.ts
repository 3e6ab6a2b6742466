import * as cells from '../live/cells.ts';
import { Comparison } from '../live/compare.ts';
import type { Run } from '../live/run-all.ts';
import { type Machine, machineNote } from '../support/machine.ts';
import { caseName, REQUEST_MS, type Series } from './plan.ts';

export interface Report {
  readonly machine: Machine;
  readonly series: readonly Series[];
  readonly runs: readonly Run[];
}

const COLUMNS: readonly cells.Column[] = [
  cells.DELIVERED,
  cells.CPU,
  cells.PEAK_RSS,
  cells.SPAN_END_P50,
  cells.SPAN_END_P99,
  cells.REQUEST_P99,
  cells.LONGEST_STOP,
];
const HEAD = ['at once', '', ...COLUMNS.map(({ title }) => title)];

/** Notes that hold for the figures of every table. */
export const NOTES = [
  `Each request is open for ${REQUEST_MS / 1000} s and works in slices of less than a millisecond, with pauses between; the service as a whole does the same work however many are open`,
  cells.OVER_NONE_NOTE,
];

/** The lines of a series, with the head above them. */
export function tableOf(series: Series, runs: readonly Run[]): { head: string[]; rows: string[][] } {
  const rows = series.contexts.flatMap((contexts) => {
    const comparison = new Comparison(runs, caseName(series, contexts));
    return cells.rowsOf(comparison, COLUMNS).map((row, i) => [i === 0 ? String(contexts) : '', ...row]);
  });
  return { head: HEAD, rows };
}

/** The results as Markdown. */
export function renderTable({ machine, series, runs }: Report): string {
  return [
    ...series.flatMap((one) => {
      const { head, rows } = tableOf(one, runs);
      const lines = [head, ['--:', '---', ...COLUMNS.map(() => '--:')], ...rows];
      return [`**${one.title}**`, '', ...lines.map((line) => `| ${line.join(' | ')} |`), ''];
    }),
    `Medians, and the range of several runs. ${[...NOTES, cells.CHUNKS_NOTE].join('. ')}. ${machineNote(machine)}`,
    '',
    'Repeat it: `npm run bench -- service`. Raw numbers: [bench/results/service.json](../bench/results/service.json).',
  ].join('\n');
}
