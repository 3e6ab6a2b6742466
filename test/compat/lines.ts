import { NODE_VERSIONS } from '../../scripts/nodes.mjs';

/** `span`: a profile for each transaction. `trace` and `manual`: the lifecycles of continuous profiling. */
export type Mode = 'span' | 'trace' | 'manual';

/** `cjs`: CommonJS. `esm`: ES modules. */
export type Format = 'esm' | 'cjs';

/** A pair of versions in `package.json`, and the tree that npm makes of it. */
export interface Line {
  readonly sdk: string;
  readonly profilingNode: string;
  /** The versions of `@sentry/core` in the tree. */
  readonly cores: readonly string[];
  readonly modes: readonly Mode[];
  readonly nodes: readonly string[];
  /** How the instrument file of a CommonJS application is loaded. */
  readonly cjsFlag: '--require' | '--import';
}

/** One service: an SDK line on a version of Node, with a mode of profiling and a module format. */
export interface Cell {
  readonly line: Line;
  readonly node: string;
  readonly mode: Mode;
  readonly format: Format;
}

const NEWEST_20 = NODE_VERSIONS.filter((version) => version.startsWith('20.')).slice(-1);
const ALL_MODES: readonly Mode[] = ['span', 'trace', 'manual'];
const CONTINUOUS: readonly Mode[] = ['trace', 'manual'];

/** The oldest of each range of our peers and the newest, and the versions that npm installs as the latest of each package. */
export const LINES: readonly Line[] = [
  lineOf('9.47.1', '9.47.1', NEWEST_20),
  lineOf('10.0.0', '10.0.0', NEWEST_20),
  lineOf('10.75.3', '10.75.3', NODE_VERSIONS),
  lineOf('10.78.0', '10.75.3', NEWEST_20),
  lineOf('11.0.0', '11.0.0', NEWEST_20),
  lineOf('11.1.0', '11.1.0', NODE_VERSIONS),
  lineOf('11.12.0', '11.1.0', NEWEST_20),
];

export const FORMATS: readonly Format[] = ['esm', 'cjs'];

export const CELLS: readonly Cell[] = LINES.flatMap((line) =>
  line.nodes.flatMap((node) =>
    line.modes.flatMap((mode) => FORMATS.map((format) => ({ line, node, mode, format }))),
  ),
);

/** Why SDK 11 has no cell with `--require`, in the words of the SDK itself. */
export const REQUIRE_REFUSAL = 'Initializing the SDK via the Node `--require` flag is no longer supported';

function lineOf(sdk: string, profilingNode: string, nodes: readonly string[]): Line {
  const isStreaming = sdk.startsWith('11.');
  return {
    sdk,
    profilingNode,
    cores: [...new Set([sdk, profilingNode])],
    modes: isStreaming ? CONTINUOUS : ALL_MODES,
    nodes,
    cjsFlag: isStreaming ? '--import' : '--require',
  };
}

export function nameOf({ sdk, profilingNode }: Line): string {
  return sdk === profilingNode ? `SDK ${sdk}` : `node ${sdk} with profiling-node ${profilingNode}`;
}

export function flagOf({ line, format }: Cell): '--require' | '--import' {
  return format === 'esm' ? '--import' : line.cjsFlag;
}

export function describeCell(cell: Cell): string {
  return `${nameOf(cell.line)}, Node ${cell.node}, ${cell.mode}, ${cell.format} by ${flagOf(cell)}`;
}
