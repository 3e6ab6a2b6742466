import { NODE_VERSIONS } from '../../scripts/nodes.mjs';
import { type Cell, FORMATS, type Format, LINES, type Line, type Mode } from './lines.ts';

const FORMAT_NAMES: Readonly<Record<Format, string>> = { esm: 'ESM', cjs: 'CommonJS' };

/** The matrix as a table: a line for each SDK and mode, a column for each Node, and in it the formats that work there. */
export function tableOf(passed: readonly Cell[]): string {
  const head = ['`@sentry/node`', '`profiling-node`', 'mode', ...NODE_VERSIONS.map((node) => `Node ${node}`)];
  const rows = LINES.flatMap((line) =>
    line.modes.map((mode) => [
      line.sdk,
      line.profilingNode,
      mode,
      ...NODE_VERSIONS.map((node) => cellOf(passed, line, mode, node)),
    ]),
  );
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cellOf(passed: readonly Cell[], line: Line, mode: Mode, node: string): string {
  if (!line.nodes.includes(node)) return '·';
  const isSame = (cell: Cell): boolean => cell.line === line && cell.mode === mode && cell.node === node;
  const formats = passed.filter(isSame).map(({ format }) => format);
  return FORMATS.map((format) =>
    formats.includes(format) ? FORMAT_NAMES[format] : `**not ${FORMAT_NAMES[format]}**`,
  ).join(', ');
}
