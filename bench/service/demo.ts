// `npm run demo`: the service bench in short. With `--write`, the plot goes into docs.
import Table from 'cli-table3';
import { runAll } from '../live/run-all.ts';
import { killChildrenOnSignals } from '../support/children.ts';
import { writeResult } from '../support/results.ts';
import { drawService } from './chart.ts';
import { DEMO, planCases } from './plan.ts';
import { sayWhatWasSeen } from './sentence.ts';
import { NOTES, tableOf } from './table.ts';

const PLAIN = { head: [], border: [], compact: true };

killChildrenOnSignals();
const chart = new URL(
  process.argv.includes('--write') ? '../../docs/demo.svg' : '../.cache/demo.svg',
  import.meta.url,
);
console.log(
  `An Express service without profiling, with the stock SDK and with the integration: ${DEMO.title}.\n`,
);
const runs = await runAll(planCases([DEMO]), 1);

const { head, rows } = tableOf(DEMO, runs);
const table = new Table({
  head: head.map((title) => title.replaceAll('`', '').replace(', ', ',\n')),
  colAligns: head.map((_, i) => (i === 1 ? 'left' : 'right')),
  style: process.stdout.isTTY ? { head: ['bold'], border: ['gray'], compact: true } : PLAIN,
});
table.push(...rows);
console.log(`\n${table.toString()}`);
for (const note of NOTES) console.log(`${note}.`);
console.log(`\nPlot: ${writeResult(chart, `${await drawService([DEMO], runs)}\n`)}`);
console.log(sayWhatWasSeen(DEMO, runs).replaceAll('`', ''));
process.exit(runs.some(({ failure }) => failure !== undefined) ? 1 : 0);
