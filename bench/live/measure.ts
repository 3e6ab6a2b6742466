import { setTimeout as delay } from 'node:timers/promises';
import { Child } from '../support/child.ts';
import { freePort, untilListening } from '../support/ports.ts';
import type { Load, LoadResult } from './load.ts';
import { type Measurement, toMeasurement } from './measurement.ts';
import type { Mode, RelayCommand, RelayMessage, Sdk, ServerCommand, ServerMessage } from './messages.ts';

type Relay = Child<RelayCommand, RelayMessage>;
type Server = Child<ServerCommand, ServerMessage>;

const INSTRUMENT = new URL('instrument.mjs', import.meta.url).href;
const RELAY = new URL('relay.ts', import.meta.url);
const START_TIMEOUT_MS = 30_000;
const DRAIN_TIMEOUT_MS = 10_000;
/** A server that suffers takes longer, and one that has lost a request would take for ever. */
const LOAD_PATIENCE = 3;

/** A server, and the load that it is put under. */
export interface Subject {
  readonly script: URL;
  readonly args: (port: number) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly startLoad: (origin: string) => Load;
  /** How long the load is meant to take, with its warm-up. */
  readonly loadMs: number;
  readonly warmUpMs: number;
}

/** One run of a server in a mode, with a relay of its own. Rejects when the server dies. */
export async function measure(subject: Subject, sdk: Sdk, mode: Mode): Promise<Measurement> {
  const relay: Relay = new Child(RELAY, {});
  const ready = await relay.next('ready', START_TIMEOUT_MS);
  if (ready === undefined) throw new Error(`The relay did not start. ${relay.errorOutput}`);
  const port = await freePort();
  const server: Server = new Child(subject.script, {
    args: subject.args(port),
    env: { ...subject.env, SDK: sdk, MODE: mode, DSN: ready.dsn, PORT: String(port) },
    nodeFlags: ['--import', INSTRUMENT],
  });
  try {
    await untilListening(port, server);
    const load = subject.startLoad(`http://127.0.0.1:${port}`);
    await Promise.race([delay(subject.warmUpMs), server.exited]);
    server.send({ type: 'observe' });
    const loadResult = await finishLoad(load, server, subject.loadMs * LOAD_PATIENCE);
    server.send({ type: 'drain', timeoutMs: DRAIN_TIMEOUT_MS });
    const served = await server.next('report', 2 * DRAIN_TIMEOUT_MS);
    if (served === undefined)
      throw new Error(`The server ${server.hasExited ? 'died' : 'said nothing'}. ${server.errorOutput}`);
    relay.send({ type: 'report' });
    const relayed = await relay.next('report', DRAIN_TIMEOUT_MS);
    if (relayed === undefined) throw new Error(`The relay said nothing. ${relay.errorOutput}`);
    return toMeasurement(subject.loadMs - subject.warmUpMs, loadResult, served.report, relayed.report);
  } finally {
    await Promise.all([server.kill(), relay.kill()]);
  }
}

async function finishLoad(load: Load, server: Server, timeoutMs: number): Promise<LoadResult> {
  const timer = new AbortController();
  await Promise.race([load.finished, server.exited, delay(timeoutMs, undefined, timer).catch(() => {})]);
  timer.abort();
  load.stop();
  return load.finished;
}
