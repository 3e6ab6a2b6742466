import { type Machine, machineNote } from '../support/machine.ts';
import { formatNumber, median, quantile } from '../support/numbers.ts';
import type { Calls } from './function.ts';
import { CONDITIONS, type Condition, type Sizes } from './measure.ts';
import { FUNCTION, type Place, REQUEST_MS, ROUNDS } from './plan.ts';

/** The measured figures behind the tables. */
export interface Report {
  readonly machine: Machine;
  /** Load average of the last minute before the first run. */
  readonly loadBefore: number;
  readonly rounds: number;
  readonly places: readonly PlaceRuns[];
  readonly functions: Readonly<Record<'none' | 'ours', readonly Calls[]>>;
}

export interface PlaceRuns {
  readonly place: Place;
  readonly runs: Readonly<Record<Condition, readonly Sizes[]>>;
}

const MiB = 1024 * 1024;

const HEAD = [
  'place',
  'requests open at once',
  'budget in all, MiB',
  'peak RSS without profiling, MiB',
  'with the integration',
  'and a relay that never answers',
  'most held, MiB',
  'and a relay that never answers',
  'profiles delivered',
];
const FUNCTION_HEAD = [
  'place',
  'budget, MiB',
  'peak RSS without profiling, MiB',
  'with the integration',
  'flush without profiling: median, longest, ms',
  'with the integration',
  'profiles delivered',
];

/** The results as Markdown. */
export function renderTables({ machine, loadBefore, rounds, places, functions }: Report): string {
  return [
    ...tableOf(HEAD, places.map(rowOf)),
    '',
    ...tableOf(FUNCTION_HEAD, [functionRow(functions)]),
    '',
    `Medians of ${rounds} ${rounds === 1 ? 'run' : 'runs'}, each in processes of its own, SDK 10 with a profile for each transaction. Requests are open for ${REQUEST_MS} ms, ${ROUNDS} after one another; figures of several workers are sums. ${machineNote(machine)}`,
    ...busyNote(machine, loadBefore),
    '',
    'Repeat it: `npm run bench -- sizing` (three minutes a run; `--runs 1` for one). Raw numbers: [bench/results/sizing.json](../bench/results/sizing.json).',
  ].join('\n');
}

/** Is printed if other processes took the CPU, because profiles then come too late for their transactions. */
function busyNote({ cores }: Machine, loadBefore: number): string[] {
  if (loadBefore < cores) return [];
  return [
    '',
    `**The machine was busy with other work** (load ${formatNumber(loadBefore)}). Profiles come too late for their transactions then, so those delivered, and the times, are to be measured again; memory differs little.`,
  ];
}

function rowOf({ place, runs }: PlaceRuns): string[] {
  const [none, ours, silent] = CONDITIONS.map((condition) => runs[condition]);
  const inMiB = (sizes: readonly Sizes[] = [], key: 'peakRssBytes' | 'peakHeldBytes' | 'budgetBytes') =>
    formatNumber(median(sizes.map((one) => one[key])) / MiB);
  const share = median((ours ?? []).map(({ profiles, transactions }) => profiles / transactions));
  return [
    place.name,
    String(place.contexts),
    inMiB(ours, 'budgetBytes'),
    inMiB(none, 'peakRssBytes'),
    inMiB(ours, 'peakRssBytes'),
    inMiB(silent, 'peakRssBytes'),
    inMiB(ours, 'peakHeldBytes'),
    inMiB(silent, 'peakHeldBytes'),
    `${Math.floor(share * 100)}%`,
  ];
}

function functionRow({ none, ours }: Report['functions']): string[] {
  const peak = (calls: readonly Calls[]) =>
    formatNumber(median(calls.map(({ peakRssBytes }) => peakRssBytes)) / MiB);
  const flush = (calls: readonly Calls[]) => {
    const all = calls.flatMap(({ flushesMs }) => flushesMs);
    return `${formatNumber(median(all))}, ${formatNumber(quantile(all, 1))}`;
  };
  const delivered = median(ours.map(({ profiles }) => profiles / FUNCTION.calls));
  return [
    FUNCTION.name,
    formatNumber(FUNCTION.options.memoryBudgetBytes / MiB),
    peak(none),
    peak(ours),
    flush(none),
    flush(ours),
    `${Math.floor(delivered * 100)}%`,
  ];
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = head.map((_, i) => (i === 0 ? '---' : '--:'));
  return [head, line, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
