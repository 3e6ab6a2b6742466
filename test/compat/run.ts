// Runs the matrix of SDK lines, Node versions, modes of profiling and module formats: `npm run test:compat [-- --only <text>] [--write]`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isBetweenMarkers, writeBetween } from '../../bench/support/pages.ts';
import { installNode } from '../../scripts/nodes.mjs';
import { problemsOf } from './checks.ts';
import { inTurn } from './in-turn.ts';
import { installLine, pack } from './install.ts';
import { CELLS, type Cell, describeCell, type Line, nameOf, REQUIRE_REFUSAL } from './lines.ts';
import { type Place, runService } from './run-service.ts';
import { tableOf } from './table.ts';

const PAGE = 'docs/compatibility.md';
const MARKER = 'compat:matrix';

/**
 * A machine that stands still for a second costs a profile by design, as its transaction does not wait for it any longer. A real
 * fault fails each time.
 */
const MAX_ATTEMPTS = 2;

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, write: { type: 'boolean', default: false } },
});
const cells = CELLS.filter((cell) => describeCell(cell).includes(values.only));
const isWhole = cells.length === CELLS.length;
const passed: Cell[] = [];
let failed = 0;

const parent = mkdtempSync(join(tmpdir(), 'compat-'));
try {
  const { nodes, directories } = await installAll();
  const placeOf = ({ node, line }: Cell): Place => ({
    nodePath: nodes.get(node) ?? '',
    directory: directories.get(line) ?? '',
  });
  await inTurn(cells, async (cell) => {
    let problems = await tryCell(cell, placeOf(cell));
    for (let attempt = 2; problems.length > 0 && attempt <= MAX_ATTEMPTS; attempt++) {
      print('again ', describeCell(cell), problems);
      problems = await tryCell(cell, placeOf(cell));
    }
    if (problems.length === 0) passed.push(cell);
    tell(describeCell(cell), problems);
  });
  // The reason that the page gives for leaving these out is checked too.
  const refused = cells.filter(({ line, format }) => format === 'cjs' && line.cjsFlag === '--import');
  await inTurn([...new Map(refused.map((cell) => [cell.line, cell])).values()], async (cell) => {
    const { output } = await runService(cell, { ...placeOf(cell), isBounded: false, flag: '--require' });
    const problems = output.includes(REQUIRE_REFUSAL) ? [] : [`it takes --require now: ${output}`];
    tell(`${nameOf(cell.line)} itself refuses --require`, problems);
  });
} finally {
  rmSync(parent, { recursive: true, force: true });
}
if (isWhole) checkPage();
console.log(`${passed.length} of ${cells.length} cells passed`);
process.exitCode = failed === 0 ? 0 : 1;

async function tryCell(cell: Cell, place: Place): Promise<string[]> {
  const stock = await runService(cell, { ...place, isBounded: false });
  const bounded = await runService(cell, { ...place, isBounded: true });
  return problemsOf(cell, stock, bounded);
}

async function installAll() {
  const tarball = await pack(parent);
  const nodes = new Map<string, string>();
  const directories = new Map<Line, string>();
  await inTurn([...new Set(cells.map(({ line }) => line))], async (line) => {
    directories.set(line, await installLine(line, tarball, parent));
  });
  await inTurn([...new Set(cells.map(({ node }) => node))], async (node) => {
    nodes.set(node, await installNode(node));
  });
  return { nodes, directories };
}

function tell(name: string, problems: readonly string[]): void {
  if (problems.length > 0) failed++;
  print(problems.length === 0 ? 'ok    ' : 'not ok', name, problems);
}

function print(what: string, name: string, problems: readonly string[]): void {
  const lines = problems.map((problem) => `        ${problem}\n`);
  process.stdout.write(`${what}  ${name}\n${lines.join('')}`);
}

/** The table on the page says the same as this run, or is replaced. */
function checkPage(): void {
  const table = tableOf(passed);
  if (values.write) writeBetween(PAGE, MARKER, table);
  const isSame = isBetweenMarkers(PAGE, MARKER, table);
  tell(`${PAGE} shows this`, isSame ? [] : ['it shows something else: npm run test:compat -- --write']);
}
