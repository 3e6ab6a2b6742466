import { LINES } from '../../test/setups/support/arrivals.ts';
import { type Project, startSetup } from '../../test/setups/support/run-setup.ts';
import { startRelay } from '../../test/support/relay/index.ts';
import type { BenchOptions } from '../options.ts';
import { describeMachine, machineNote } from '../support/machine.ts';
import { formatNumber, median, quantile } from '../support/numbers.ts';
import { writeBetweenMarkers } from '../support/pages.ts';

const EVENTS = 100;
const MODES = ['stock', 'ours'] as const;
type Mode = (typeof MODES)[number];

/** Relays by the delay of their answers, in milliseconds; one is down. */
const RELAYS = [
  { name: 'relay at hand', delayMs: 0 },
  { name: 'relay 50 ms away', delayMs: 50 },
  { name: 'relay that is down', delayMs: undefined },
] as const;
type RelayDelay = (typeof RELAYS)[number]['delayMs'];

/** How long each event of a function lasts beyond its work: the end of its span, and a flush. Both modes run at once, their events in turn. */
export async function benchFlush({ isQuick, runs, only }: BenchOptions): Promise<void> {
  const rows: string[] = [];
  for (const { line, project } of LINES) {
    for (const { name: relayName, delayMs } of RELAYS) {
      const name = `SDK ${line}, ${relayName}`;
      if (!name.includes(only)) continue;
      const all: Record<Mode, number[]> = { stock: [], ours: [] };
      for (let run = 0; run < runs; run++) {
        const flushesMs = await flush(project, delayMs);
        for (const mode of MODES) all[mode].push(...flushesMs[mode]);
      }
      const ratio = median(all.ours) / median(all.stock);
      for (const mode of MODES) rows.push(rowOf(name, mode, all[mode], ratio));
    }
  }
  const table = [
    '| | | end of span and flush: median, ms | p99, ms | ratio of medians |',
    '| --- | --- | --: | --: | --: |',
    ...rows,
    '',
    `${EVENTS} events in each of ${runs} runs, one at a time. ${machineNote(describeMachine(['@sentry/node']))}`,
    '',
    'Repeat it: `npm run bench -- flush`.',
  ].join('\n');
  console.log(`\n${table}\n`);
  if (isQuick || only !== '') console.log('Not the whole: nothing was written.');
  else console.log(`Table: ${writeBetweenMarkers('flush', table)}`);
}

async function flush(project: Project, delayMs: RelayDelay): Promise<Record<Mode, number[]>> {
  const relay = await startRelay({ keepItems: false });
  if (delayMs === undefined) await relay.close();
  else if (delayMs > 0) relay.behave({ kind: 'slow', delayMs });
  const setups = MODES.map((mode) =>
    startSetup(project, 'function', { dsn: relay.dsn, ...(mode === 'stock' && { bounded: false }) }),
  );
  await Promise.all(setups.map(({ next }) => next('waiting')));
  for (let i = 0; i < EVENTS; i++) {
    for (const { child, next } of setups) {
      const waiting = next('waiting');
      child.send({ name: `request ${i}` });
      await waiting;
    }
  }
  for (const { child } of setups) child.send({});
  const [stock, ours] = await Promise.all(setups.map(({ ended }) => ended));
  if (delayMs !== undefined) await relay.close();
  return { stock: stock?.report.flushesMs, ours: ours?.report.flushesMs };
}

function rowOf(name: string, mode: Mode, flushesMs: readonly number[], ratio: number): string {
  const isStock = mode === 'stock';
  const cells = [
    isStock ? name : '',
    mode,
    formatNumber(median(flushesMs)),
    formatNumber(quantile(flushesMs, 0.99)),
    isStock ? '' : formatNumber(ratio),
  ];
  return `| ${cells.join(' | ')} |`;
}
