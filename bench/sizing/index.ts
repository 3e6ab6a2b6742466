import { loadavg } from 'node:os';
import { sdkVersions } from '../live/sdk-versions.ts';
import type { BenchOptions } from '../options.ts';
import { describeMachine } from '../support/machine.ts';
import { writeBetweenMarkers } from '../support/pages.ts';
import { writeResult } from '../support/results.ts';
import { type Calls, measureFunction } from './function.ts';
import { CONDITIONS, measurePlace, type Sizes } from './measure.ts';
import { FUNCTION, PLACES } from './plan.ts';
import { renderTables } from './table.ts';

const RESULTS = new URL('../results/sizing.json', import.meta.url);

/** Runs a service in places of several sizes, and a function, and writes the costs of profiling there down. */
export async function benchSizing({ isQuick, runs: rounds, only }: BenchOptions): Promise<void> {
  const places = PLACES.filter(({ name }) => name.includes(only)).map((place) => ({
    place,
    runs: { none: [] as Sizes[], ours: [] as Sizes[], 'ours, relay silent': [] as Sizes[] },
  }));
  const [loadBefore = 0] = loadavg();
  const functions = { none: [] as Calls[], ours: [] as Calls[] };
  for (let round = 0; round < rounds; round++) {
    for (const { place, runs } of places) {
      for (const condition of CONDITIONS) {
        console.log(`${place.name}: ${condition}`);
        runs[condition].push(await measurePlace(place, condition));
      }
    }
    if (!FUNCTION.name.includes(only)) continue;
    for (const mode of ['none', 'ours'] as const) {
      console.log(`${FUNCTION.name}: ${mode}`);
      functions[mode].push(await measureFunction(mode));
    }
  }
  const machine = describeMachine(['express', 'autocannon'], sdkVersions());
  const report = { machine, loadBefore, rounds, places, functions };
  const tables = renderTables(report);
  console.log(`\n${tables}\n`);
  if (isQuick || only !== '') return console.log('Not the whole: nothing was written.');
  console.log(`Raw numbers: ${writeResult(RESULTS, `${JSON.stringify(report, null, 2)}\n`)}`);
  console.log(`Tables: ${writeBetweenMarkers('sizing', tables)}`);
}
