import { isDeepStrictEqual } from 'node:util';
import { payloadsOf } from '../support/proxied.ts';
import { chunkProblems, pathIn, profileProblems } from './exactness.ts';
import type { Cell } from './lines.ts';
import type { Report, ServiceRun } from './run-service.ts';
import { describeSent, without } from './sent.ts';

/** The requests of the service, in the order of the alphabet. */
const PATHS = ['/failing', '/quote', '/report', '/search'];

/** Lists the faults of a run with the integration, beside a run of the same service with the stock SDK. */
export function problemsOf(cell: Cell, stock: ServiceRun, bounded: ServiceRun): string[] {
  const problems = [...endProblems('stock: ', cell, stock), ...endProblems('', cell, bounded)];
  const { report } = bounded;
  if (report === undefined || problems.length > 0) return problems;
  return [
    ...trafficProblems(stock, bounded),
    ...statisticsProblems(bounded, report),
    ...(cell.mode === 'span'
      ? [...dueProblems(bounded), ...profileProblems(bounded.relay, report)]
      : chunkProblems(bounded.relay, report)),
  ];
}

/** The service has the right versions, has printed nothing, sent everything and ended by itself. */
function endProblems(prefix: string, { line, node }: Cell, run: ServiceRun): string[] {
  const { report, output, exitCode, relay } = run;
  const { sdk, profilingNode, cores } = line;
  const problems = [
    ...differs('exit code', exitCode, 0),
    ...differs('printed', output, ''),
    ...differs('flushed', report?.isFlushed, true),
    ...differs('versions', report && { ...report.versions, cores: report.versions.cores.toSorted() }, {
      node,
      sdk,
      cores: cores.toSorted(),
      profilingNode,
    }),
    ...differs('against the rules of Relay', relay.invalid, []),
    ...differs('against those of HTTP', relay.protocolErrors, []),
    ...differs('requests', Object.keys(report?.times ?? {}).sort(), PATHS),
  ];
  return problems.map((problem) => prefix + problem);
}

function trafficProblems(stock: ServiceRun, bounded: ServiceRun): string[] {
  const [expected, actual] = [stock, bounded].map(({ relay }) => describeSent(relay.items)) as [
    string[],
    string[],
  ];
  const problems = [
    ...without(expected, actual).map((line) => `has not arrived: ${line}`),
    ...without(actual, expected).map((line) => `has arrived, and the stock SDK does not send it: ${line}`),
  ];
  const kinds = expected.map((line) => line.split(/[ ,]/, 1)[0]);
  if (!kinds.includes('event')) problems.push('the stock SDK has sent no error');
  const roots = kinds.filter((kind) => kind === 'transaction' || kind === 'span');
  if (roots.length < PATHS.length) problems.push('the stock SDK has not sent a transaction for each request');
  return problems;
}

function statisticsProblems({ relay }: ServiceRun, { stats }: Report): string[] {
  if (stats === undefined) return ['no statistics'];
  const { captured, delivered, dropped, pending, running, abandoned, memory, capabilities } = stats;
  const arrived = (relay.counts.profile ?? 0) + (relay.counts.profile_chunk ?? 0);
  return [
    ...differs('captured', captured, delivered + dropped.total + pending),
    ...differs('delivered', delivered, arrived),
    ...differs(
      'lost or left over',
      [dropped.total, pending, running, abandoned, memory.heldBytes],
      [0, 0, 0, 0, 0],
    ),
    ...differs('native seam', capabilities.nativeSeam, true),
    ...(arrived === 0 ? ['no profile has arrived'] : []),
  ];
}

/** Each transaction has a profile: the stock SDK has them too, where the tree holds one copy of core. */
function dueProblems({ relay }: ServiceRun): string[] {
  const profiles = payloadsOf<{ transaction: { name: string } }>(relay, 'profile');
  return differs('profiles', profiles.map(({ transaction }) => pathIn(transaction.name)).sort(), PATHS);
}

function differs(what: string, actual: unknown, expected: unknown): string[] {
  if (isDeepStrictEqual(actual, expected)) return [];
  return [`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
}
