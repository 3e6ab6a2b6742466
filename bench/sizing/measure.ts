import type { RelayCommand, RelayMessage } from '../../test/support/relay/process.ts';
import type { Mode, ServerCommand, ServerReport } from '../live/messages.ts';
import { startLoad } from '../service/load.ts';
import { Child } from '../support/child.ts';
import { freePort, untilListening } from '../support/ports.ts';
import { type Place, REQUEST_MS, ROUNDS } from './plan.ts';

/** The integration with a relay that answers, and with one that never does; and the same service without profiling. */
export const CONDITIONS = ['none', 'ours', 'ours, relay silent'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Sums over all processes of a place. */
export interface Sizes {
  readonly peakRssBytes: number;
  readonly budgetBytes: number;
  readonly peakHeldBytes: number;
  readonly transactions: number;
  /** Profiles that arrived. */
  readonly profiles: number;
  /** Not started, for want of room or of memory. */
  readonly skipped: number;
  readonly dropped: number;
}

type ServerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'report'; readonly report: ServerReport }
  | { readonly type: 'reports'; readonly reports: readonly ServerReport[] };
type Server = Child<ServerCommand, ServerMessage>;
type Relay = Child<RelayCommand, RelayMessage>;

export const SDK = '10';
const INSTRUMENT = new URL('../live/instrument.mjs', import.meta.url).href;
const ONE = new URL('../service/app/server.mjs', import.meta.url);
const SEVERAL = new URL('app/cluster.mjs', import.meta.url);
const RELAY = new URL('../../test/support/relay/process.ts', import.meta.url);
const START_TIMEOUT_MS = 60_000;
const DRAIN_MS = 3000;

/** Environment variables that tell a process of the bench how to profile. */
export function profilingEnv(mode: Mode, dsn: string, options: object): Record<string, string> {
  return { SDK, MODE: mode, DSN: dsn, BOUNDED_OPTIONS: JSON.stringify(options) };
}

/** The relay of one run, in a process of its own. */
export async function startRelayProcess(): Promise<{ relay: Relay; dsn: string }> {
  const relay: Relay = new Child(RELAY, {});
  const ready = await relay.next('ready', START_TIMEOUT_MS);
  if (ready === undefined) throw new Error(`The relay did not start. ${relay.errorOutput}`);
  return { relay, dsn: ready.dsn };
}

/** How many profiles a relay has received. */
export async function arrivedAt(relay: Relay): Promise<number> {
  relay.send({ type: 'report' });
  const report = await relay.next('report', START_TIMEOUT_MS);
  if (report === undefined) throw new Error(`The relay said nothing. ${relay.errorOutput}`);
  return report.counts.profile ?? 0;
}

/** One run of a service, with a relay of its own. Rejects when the service dies. */
export async function measurePlace(place: Place, condition: Condition): Promise<Sizes> {
  const { relay, dsn } = await startRelayProcess();
  if (condition === 'ours, relay silent') relay.send({ type: 'behave', behaviour: { kind: 'silent' } });
  const port = await freePort();
  const { contexts, workers, oldSpaceMiB, options } = place;
  const heap = `--max-old-space-size=${oldSpaceMiB}`;
  const server: Server = new Child(workers === 1 ? ONE : SEVERAL, {
    env: {
      ...profilingEnv(condition === 'none' ? 'none' : 'ours', dsn, options),
      INSTRUMENT,
      PORT: String(port),
      WORKERS: String(workers),
      CONTEXTS: String(contexts),
      REQUEST_MS: String(REQUEST_MS),
    },
    nodeFlags: workers === 1 ? [heap, '--import', INSTRUMENT] : [heap],
  });
  try {
    if (workers > 1) await server.next('ready', START_TIMEOUT_MS);
    await untilListening(port, server);
    const load = startLoad(`http://127.0.0.1:${port}/report`, {
      contexts,
      rounds: ROUNDS,
      requestMs: REQUEST_MS,
    });
    await Promise.race([load.finished, server.exited]);
    server.send({ type: 'drain', timeoutMs: DRAIN_MS });
    const reports = await reportsOf(server, workers);
    return toSizes(reports, await arrivedAt(relay));
  } finally {
    await Promise.all([server.kill(), relay.kill()]);
  }
}

async function reportsOf(server: Server, workers: number): Promise<readonly ServerReport[]> {
  const timeoutMs = START_TIMEOUT_MS;
  const reports =
    workers === 1
      ? [(await server.next('report', timeoutMs))?.report]
      : ((await server.next('reports', timeoutMs))?.reports ?? []);
  const all = reports.filter((report) => report !== undefined);
  if (all.length === workers) return all;
  throw new Error(`The service ${server.hasExited ? 'died' : 'said nothing'}. ${server.errorOutput}`);
}

function toSizes(reports: readonly ServerReport[], profiles: number): Sizes {
  const sum = (pick: (report: ServerReport) => number | undefined): number =>
    reports.reduce((total, report) => total + (pick(report) ?? 0), 0);
  return {
    peakRssBytes: sum(({ peakRssBytes }) => peakRssBytes),
    budgetBytes: sum(({ profiling }) => profiling?.memory.budgetBytes),
    peakHeldBytes: sum(({ profiling }) => profiling?.memory.peakHeldBytes),
    transactions: sum(({ transactions }) => transactions),
    profiles,
    skipped: sum(({ profiling }) => profiling && profiling.skipped.budget + profiling.skipped.rate),
    dropped: sum(({ profiling }) => profiling?.dropped.total),
  };
}
