import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { SHAPES } from '../../test/sampling/shapes.ts';
import { kindChanges, MiB, simulate, WATERMARKS } from '../../test/sampling/simulation.ts';
import { formatNumber } from '../support/numbers.ts';
import { LAWS } from './alternatives.ts';
import { drawShape } from './chart.ts';

const CHARTS = new URL('../../docs/governor/', import.meta.url);
const SEED = 1;
const COMPARED_SEEDS = [1, 2, 3, 4, 5];

/** Simulates a service under each load in virtual time, draws the governor's answer, and compares its law with others. */
export async function benchGovernor({ isQuick }: { isQuick: boolean }): Promise<void> {
  mkdirSync(CHARTS, { recursive: true });
  for (const shape of SHAPES) {
    const outcome = simulate(shape.service, SEED);
    const peakMiB = (outcome.peakHeldBytes / MiB).toFixed(1);
    const budgetMiB = (shape.service.budgetBytes / MiB).toFixed(0);
    console.log(
      `${shape.name}: peak ${peakMiB} of ${budgetMiB} MiB, ${outcome.delivered} delivered, ` +
        `${outcome.droppedForBudget} dropped, ${kindChanges(outcome.moments).length} changes of kind`,
    );
    if (isQuick) continue;
    const path = fileURLToPath(new URL(`${shape.name}.svg`, CHARTS));
    writeFileSync(path, `${await drawShape(shape, outcome.moments)}\n`);
    console.log(`  ${relative(process.cwd(), path)}`);
  }
  if (isQuick) console.log('Quick: nothing was written.');
  console.log(`\nWhere profiles themselves fill the heap:\n${compareLaws()}`);
}

function compareLaws(): string {
  const loop = SHAPES.find(({ name }) => name === 'loop');
  if (loop === undefined) throw new Error('There is no shape in which profiles fill the heap.');
  const table = new Table({
    head: ['law', 's beyond critical', 's beyond high', 'yield'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, law] of Object.entries(LAWS)) {
    const outcomes = COMPARED_SEEDS.map((seed) => simulate(loop.service, seed, law));
    const mean = (values: readonly number[]) =>
      formatNumber(values.reduce((sum, value) => sum + value, 0) / values.length);
    const secondsBeyond = (ratio: number) =>
      outcomes.map(({ moments }) => moments.filter(({ signals }) => signals.heapLiveRatio >= ratio).length);
    const { critical, high } = WATERMARKS;
    const yields = outcomes.map(({ yieldRatio }) => yieldRatio);
    table.push([name, mean(secondsBeyond(critical)), mean(secondsBeyond(high)), mean(yields)]);
  }
  return table.toString();
}
