import { startRelay } from '../../test/support/relay/index.ts';
import type { BenchOptions } from '../options.ts';
import { forkTracked } from '../support/children.ts';
import { describeMachine, machineNote } from '../support/machine.ts';
import { formatNumber } from '../support/numbers.ts';
import { writeBetweenMarkers } from '../support/pages.ts';
import { CASES, type DeliveryCase } from './cases.ts';

const SENDER = new URL('./sender.ts', import.meta.url);
const MODES = ['stock', 'ours'] as const;

interface Delivery {
  /** How old transactions were on arrival, in milliseconds, in ascending order. */
  readonly agesMs: number[];
  /** Age of the one that was handed over last; undefined if it did not arrive. */
  readonly lastAgeMs: number | undefined;
  readonly profiles: number;
}

/** How old transactions are when they arrive with their profiles, from the moment in which the SDK hands them over. */
export async function benchDelivery({ isQuick, runs, only }: BenchOptions): Promise<void> {
  const rows: string[] = [];
  for (const one of CASES.filter(({ name }) => name.includes(only))) {
    const all = { stock: [] as Delivery[], ours: [] as Delivery[] };
    for (let run = 0; run < runs; run++) {
      for (const mode of MODES) all[mode].push(await deliver(one, mode));
    }
    for (const mode of MODES) rows.push(rowOf(one, mode, all[mode]));
  }
  const table = [
    '| | | transactions that arrive | profiles | age on arrival: median, ms | oldest, ms | of the last one, ms |',
    '| --- | --- | --: | --: | --: | --: | --: |',
    ...rows,
    '',
    `Medians of ${runs} runs, each in a process of its own. ${machineNote(describeMachine(['@sentry/node']))}`,
    '',
    'Repeat it: `npm run bench -- delivery`.',
  ].join('\n');
  console.log(`\n${table}\n`);
  if (isQuick || only !== '') console.log('Not the whole: nothing was written.');
  else console.log(`Table: ${writeBetweenMarkers('delivery', table)}`);
}

async function deliver(one: DeliveryCase, mode: (typeof MODES)[number]): Promise<Delivery> {
  const agesMs: number[] = [];
  let lastAgeMs: number | undefined;
  let profiles = 0;
  const relay = await startRelay({
    keepItems: false,
    onItem: ({ type, json }) => {
      if (type === 'profile') profiles++;
      if (type !== 'transaction') return;
      const { handedOverMs, number } = (json as { extra: Record<'handedOverMs' | 'number', number> }).extra;
      const ageMs = Date.now() - handedOverMs;
      agesMs.push(ageMs);
      if (number === one.transactions - 1) lastAgeMs = ageMs;
    },
  });
  if (one.delayMs > 0) relay.behave({ kind: 'slow', delayMs: one.delayMs });
  const child = forkTracked(SENDER, [mode, relay.dsn, JSON.stringify(one)], {});
  await new Promise((resolve) => child.once('exit', resolve));
  await relay.close();
  agesMs.sort((a, b) => a - b);
  return { agesMs, lastAgeMs, profiles };
}

function rowOf({ name, transactions }: DeliveryCase, mode: string, deliveries: readonly Delivery[]): string {
  const cell = (read: (delivery: Delivery) => number | undefined): string =>
    formatNumber(Math.round(median(deliveries.map((one) => read(one) ?? Number.NaN))));
  return `| ${[
    mode === 'stock' ? name : '',
    mode,
    `${cell(({ agesMs }) => agesMs.length)} of ${formatNumber(transactions)}`,
    cell(({ profiles }) => profiles),
    cell(({ agesMs }) => median(agesMs)),
    cell(({ agesMs }) => agesMs.at(-1)),
    cell(({ lastAgeMs }) => lastAgeMs),
  ].join(' | ')} |`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
