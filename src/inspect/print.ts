import type { Description, Report } from './describe.ts';
import type { HotFunction } from './hottest.ts';

const COLUMN = 13;
const INDENT = '  ';

/** Describes a profile for people: a heading, its contents, Relay's answer, and the hottest functions. */
export function printDescription(heading: string, description: Description): string {
  const { report } = description;
  const sections = [
    `${heading}: ${summary(description)}`,
    sizes(report),
    relay(report),
    ...(report.hottest.length === 0 ? [] : [hottest(report.hottest, description.idleShare)]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function summary({ report, platform, threads, durationMs }: Description): string {
  const kind = report.format === 'v1' ? 'of a transaction' : 'chunk of continuous profiling';
  const seconds = (durationMs / 1000).toFixed(durationMs < 1000 ? 3 : 1);
  const of = threads === 1 ? 'one thread' : `${threads} threads`;
  return `format ${report.format} (${kind}), ${platform}, ${count(report.samples)} samples of ${of} in ${seconds} s`;
}

function sizes({ bytes, samples, stacks, frames, distinct, compactBytes }: Report): string {
  const share = (part: number): string => percent(part / bytes.total);
  const rest = bytes.total - bytes.frames - bytes.stacks - bytes.samples;
  const rows = [
    ['', 'bytes', 'share', 'entries', 'distinct', 'duplicates'],
    ['frames', count(bytes.frames), share(bytes.frames), ...entries(frames, distinct.frames)],
    ['stacks', count(bytes.stacks), share(bytes.stacks), ...entries(stacks, distinct.stacks)],
    ['samples', count(bytes.samples), share(bytes.samples), count(samples)],
    ['the rest', count(rest), share(rest)],
    ['total', count(bytes.total), share(bytes.total)],
    compactBytes === null
      ? ['compacted', 'not possible: indices are out of range, or entries are not what they should be']
      : ['compacted', count(compactBytes), share(compactBytes)],
  ];
  return rows.map(([name = '', ...cells]) => `${INDENT}${name.padEnd(COLUMN)}${columns(cells)}`).join('\n');
}

function entries(all: number, distinct: number): string[] {
  return [count(all), count(distinct), count(all - distinct)];
}

function relay({ relay: { accepted, reasons } }: Report): string {
  if (accepted) return `${INDENT}Relay would take it.`;
  return [`${INDENT}Relay would not take it:`, ...reasons.map((reason) => `${INDENT}- ${reason}`)].join('\n');
}

function hottest(functions: readonly HotFunction[], idleShare: number): string {
  const rows = functions.map(
    ({ function: name, selfShare, totalShare }) =>
      `${columns([percent(selfShare), percent(totalShare)])}${INDENT}${printable(name)}`,
  );
  const idle = `${columns([percent(idleShare), ''])}${INDENT}(idle)`;
  return [
    `${columns(['self', 'total'])}${INDENT}function, as a share of all sampled time`,
    ...rows,
    idle,
  ].join('\n');
}

/** Right-aligned, but for text that is wider. */
function columns(cells: readonly string[]): string {
  return cells.map((cell) => (cell.length < COLUMN ? cell.padStart(COLUMN) : `${INDENT}${cell}`)).join('');
}

/** A name may have line breaks, or codes that a terminal obeys. */
function printable(name: string): string {
  return name.replace(/\p{Cc}/gu, '\ufffd');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
