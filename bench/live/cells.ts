import { formatNumber } from '../support/numbers.ts';
import { type Comparison, deliveredShare, type Figure } from './compare.ts';
import type { Measurement } from './measurement.ts';
import { MODES, type Mode } from './messages.ts';

/** A column of a table of servers. */
export interface Column {
  readonly title: string;
  readonly cell: (comparison: Comparison, mode: Mode) => string;
}

const MiB = 1024 * 1024;
const NOTHING = '–';

export const DELIVERED: Column = { title: 'profiles delivered', cell: delivered };
export const CPU: Column = {
  title: 'CPU, % of a core',
  cell: onTop(({ cpuShare }) => cpuShare * 100),
};
export const PEAK_RSS: Column = {
  title: 'peak RSS, MiB',
  cell: onTop(({ peakRssBytes }) => peakRssBytes / MiB),
};
export const SPAN_END_P50 = plain('`span.end()` p50, ms', ({ spanEndP50Ms }) => spanEndP50Ms);
export const SPAN_END_P99 = plain('`span.end()` p99, ms', ({ spanEndP99Ms }) => spanEndP99Ms);
export const REQUEST_P50 = plain('request p50, ms', ({ requestP50Ms }) => requestP50Ms);
export const REQUEST_P99 = plain('request p99, ms', ({ requestP99Ms }) => requestP99Ms);
export const LONGEST_STOP: Column = {
  title: 'longest native stop, ms',
  cell: (comparison, mode) =>
    mode === 'none' ? NOTHING : formatFigure(comparison.figure(mode, ({ longestStopMs }) => longestStopMs)),
};
/** Of the CPU that profiling adds. */
export const CPU_RATIO: Column = {
  title: 'CPU over none, ours / stock',
  cell: (comparison, mode) =>
    mode === 'ours' ? formatFigure(comparison.oursToStock(({ cpuShare }) => cpuShare)) : '',
};

export const CHUNKS_NOTE =
  'Of chunks, how much of the time in which requests were open lies between the first sample of one and its last, and their number';
export const OVER_NONE_NOTE =
  'CPU and peak RSS: of none as they are, of stock and ours what is added to the run of none before it';

/** The cells of a case, a line for each mode. */
export function rowsOf(comparison: Comparison, columns: readonly Column[]): string[][] {
  return MODES.map((mode) => {
    const cells = columns.map(({ cell }) => cell(comparison, mode));
    const failures = comparison.failures(mode);
    return [failures.length > 0 ? `${mode} (failed: ${failures.join('; ')})` : mode, ...cells];
  });
}

function plain(title: string, pick: (measurement: Measurement) => number): Column {
  return { title, cell: (comparison, mode) => formatFigure(comparison.figure(mode, pick)) };
}

function onTop(pick: (measurement: Measurement) => number): Column['cell'] {
  return (comparison, mode) =>
    mode === 'none'
      ? formatFigure(comparison.figure(mode, pick))
      : formatFigure(comparison.overNone(mode, pick), formatSigned);
}

function delivered(comparison: Comparison, mode: Mode): string {
  if (mode === 'none') return NOTHING;
  const share = formatFigure(
    comparison.figure(mode, deliveredShare),
    (value) => `${Math.floor(value * 100)}%`,
  );
  const chunks = comparison.figure(mode, (measurement) => measurement.chunks);
  if (chunks.median > 0) return `${share} of the time, chunks: ${formatFigure(chunks)}`;
  const transactions = comparison.figure(mode, (measurement) => measurement.transactions);
  return `${share} of ${formatFigure(transactions)}`;
}

/** The median, and the range where there is one. */
function formatFigure({ median, min, max }: Figure, format = formatNumber): string {
  if (Number.isNaN(median)) return NOTHING;
  const [middle, least, most] = [median, min, max].map((value) => format(value));
  return least === most ? `${middle}` : `${middle} (${least} to ${most})`;
}

function formatSigned(value: number): string {
  return `${value < 0 ? '−' : '+'}${formatNumber(Math.abs(value))}`;
}
