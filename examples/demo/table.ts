import Table from 'cli-table3';
import { megabytes, milliseconds, over, seconds } from './format.ts';
import type { RunResult } from './result.ts';
import { MODE_NAMES } from './scenario.ts';

interface Row {
  label: string;
  cell: (run: RunResult, baseline: RunResult) => string;
  /** Has nothing to say of a service without profiling. */
  isOfProfiles?: boolean;
}

const ROWS: readonly Row[] = [
  { label: 'Peak RSS', cell: (run, none) => onTop(run, none, (r) => r.peakRssBytes, megabytes) },
  {
    label: 'Longest event-loop stall',
    cell: (run, none) => onTop(run, none, (r) => r.longestStallMs, milliseconds),
  },
  { label: 'CPU time', cell: (run, none) => onTop(run, none, (r) => r.cpuMs, milliseconds) },
  {
    label: 'HTTP requests answered',
    cell: ({ load, diedAfterMs }) => `${load.answered}${death(diedAfterMs)}`,
  },
  { label: 'HTTP latency, p99', cell: (run, none) => onTop(run, none, (r) => r.load.p99Ms, milliseconds) },
  { label: 'Requests at the relay', cell: ({ relay }) => String(relay.requests) },
  { label: 'Bytes on the wire', cell: ({ relay }) => megabytes(relay.bytesOnWire) },
  { label: 'Bytes decompressed', cell: ({ relay }) => megabytes(relay.bytesDecompressed) },
  { label: 'Answers 413', cell: ({ relay }) => String(relay.tooLarge) },
  { label: 'Profiles captured', cell: ({ profiles }) => String(profiles.captured), isOfProfiles: true },
  { label: 'Profiles delivered', cell: ({ profiles }) => String(profiles.delivered), isOfProfiles: true },
  { label: 'Profiles lost, by reason', cell: lost, isOfProfiles: true },
  {
    label: 'Profiles not started, by reason',
    cell: ({ profiles: { skipped } }) => byReason(skipped).join('\n') || 'none',
    isOfProfiles: true,
  },
];

const PLAIN = { head: [], border: [], compact: true };

/** The runs side by side; the first is the baseline. */
export function renderTable(baseline: RunResult, others: readonly RunResult[]): string {
  const runs = [baseline, ...others];
  const table = new Table({
    head: ['', ...runs.map(({ mode }) => MODE_NAMES[mode])],
    colAligns: ['left', ...runs.map(() => 'right' as const)],
    style: process.stdout.isTTY ? { head: ['bold'], border: ['gray'], compact: true } : PLAIN,
  });
  for (const { label, cell, isOfProfiles } of ROWS) {
    table.push([label, ...runs.map((run) => (isOfProfiles && run === baseline ? '–' : cell(run, baseline)))]);
  }
  return table.toString();
}

/** The baseline's own value, and of the others what they add. */
function onTop(
  run: RunResult,
  baseline: RunResult,
  read: (run: RunResult) => number,
  format: (value: number) => string,
): string {
  return run === baseline ? format(read(run)) : over(read(baseline), read(run), format);
}

function death(diedAfterMs: number | undefined): string {
  return diedAfterMs === undefined ? '' : `\ndied after ${seconds(diedAfterMs)}`;
}

function lost({ profiles: { dropped, pending } }: RunResult): string {
  const reasons = byReason(dropped);
  if (pending > 0) reasons.push(`${pending} pending at the end`);
  return reasons.join('\n') || 'none';
}

function byReason(counts: Record<string, number>): string[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`);
}
