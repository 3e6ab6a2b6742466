import * as cells from '../live/cells.ts';
import { Comparison } from '../live/compare.ts';
import type { Run } from '../live/run-all.ts';
import { type Machine, machineNote } from '../support/machine.ts';
import { REQUESTS_PER_SECOND } from './load.ts';

export interface Report {
  readonly machine: Machine;
  readonly cases: readonly string[];
  readonly runs: readonly Run[];
}

const COLUMNS: readonly cells.Column[] = [
  cells.REQUEST_P50,
  cells.REQUEST_P99,
  cells.CPU,
  cells.CPU_RATIO,
  cells.PEAK_RSS,
  cells.DELIVERED,
  cells.LONGEST_STOP,
];

/** The results as Markdown. */
export function renderTable({ machine, cases, runs }: Report): string {
  const rows = cases.flatMap((name) =>
    cells.rowsOf(new Comparison(runs, name), COLUMNS).map((row, i) => [i === 0 ? name : '', ...row]),
  );
  const lines = [
    ['', '', ...COLUMNS.map(({ title }) => title)],
    ['---', '---', ...COLUMNS.map(() => '--:')],
  ];
  return [
    ...[...lines, ...rows].map((line) => `| ${line.join(' | ')} |`),
    '',
    `Medians, and the range of several runs. Verdaccio, asked ${REQUESTS_PER_SECOND} times a second for metadata and tarballs in turn. ` +
      `${cells.OVER_NONE_NOTE}. ${cells.CHUNKS_NOTE}. ${machineNote(machine)}`,
    '',
    'Repeat it: `npm run bench -- registry`. Raw numbers: [bench/results/registry.json](../bench/results/registry.json).',
  ].join('\n');
}
