import { setTimeout as delay } from 'node:timers/promises';
import type { RelayArguments, RelayCommand, RelayMessage } from '../../test/support/relay/index.ts';
import { Child } from './child.ts';
import { type Load, type LoadResult, startLoad } from './load.ts';
import { MemorySampler } from './memory-sampler.ts';
import type { Mode, ServiceCommand, ServiceMessage, Vitals } from './messages.ts';
import type { Progress } from './progress.ts';
import { type RunResult, toResult } from './result.ts';
import * as scenario from './scenario.ts';

type Relay = Child<RelayCommand, RelayMessage>;
type Service = Child<ServiceCommand, ServiceMessage>;

const LOAD_GRACE_MS = 6000;
/** Until the service has noticed that a request was given up. */
const HANG_UP_MS = 300;
const START_TIMEOUT_MS = 15_000;
/** The relay may still be reading what it was sent. */
const REPORT_TIMEOUT_MS = 10_000;

/** One run: a service of that mode and a relay of its own under the load of the scenario. */
export async function runMode(mode: Mode, progress: Progress): Promise<RunResult> {
  const name = scenario.MODE_NAMES[mode];
  progress.step(`${name}: start`, scenario.START_MS);
  const { relay, dsn } = await startRelay();
  const { service, url } = await startService(mode, dsn);
  let vitals: Vitals | undefined;
  service.onMessage((message) => {
    if (message.type === 'ready') return;
    vitals = message.vitals;
    if (!memory.isOutside) memory.add(vitals.rssBytes);
  });

  const startMs = performance.now();
  let diedAfterMs: number | undefined;
  void service.exited.then(() => {
    diedAfterMs = performance.now() - startMs;
  });
  const memory = new MemorySampler(service.pid);
  const load = startLoad(url, scenario);
  await playPhases(relay, service, (phase, forMs) => progress.step(`${name}: ${phase}`, forMs));

  progress.step(`${name}: drain`, scenario.DRAIN_MS);
  const loadResult = await finishLoad(load, service);
  service.send({ type: 'drain', timeoutMs: scenario.DRAIN_TIMEOUT_MS });
  await service.next('drained', 2 * scenario.DRAIN_TIMEOUT_MS);
  memory.stop();
  relay.send({ type: 'report' });
  const report = await relay.next('report', REPORT_TIMEOUT_MS);
  const death = diedAfterMs === undefined ? {} : { diedAfterMs };
  await Promise.all([service.kill(), relay.kill()]);

  if (report === undefined) throw new Error(`The relay gave no report. ${relay.errorOutput}`);
  if (vitals === undefined) throw new Error(`The service said nothing. ${service.errorOutput}`);
  const { samples, peakBytes: peakRssBytes } = memory;
  return toResult({ mode, ...death, memory: samples, peakRssBytes, load: loadResult, vitals, relay: report });
}

/** A service that suffers is given time to answer what is open. */
async function finishLoad(load: Load, service: Service): Promise<LoadResult> {
  await Promise.race([load.finished, service.exited, delay(LOAD_GRACE_MS)]);
  load.stop();
  const result = await load.finished;
  await delay(HANG_UP_MS);
  return result;
}

async function startRelay(): Promise<{ relay: Relay; dsn: string }> {
  const script = new URL('../../test/support/relay/process.ts', import.meta.url);
  const relayArguments: RelayArguments = { limits: { maxBodyBytes: scenario.MAX_BODY_BYTES } };
  const relay: Relay = new Child(script, { args: [JSON.stringify(relayArguments)] });
  const ready = await relay.next('ready', START_TIMEOUT_MS);
  if (ready === undefined) throw new Error(`The relay did not start. ${relay.errorOutput}`);
  return { relay, dsn: ready.dsn };
}

async function startService(mode: Mode, dsn: string): Promise<{ service: Service; url: string }> {
  const instrument = new URL('service/instrument.mjs', import.meta.url).href;
  const heapMb = scenario.HEAP_LIMIT_BYTES / 1024 / 1024;
  const service: Service = new Child(new URL('service/server.mjs', import.meta.url), {
    env: { MODE: mode, DSN: dsn },
    nodeOptions: [`--max-old-space-size=${heapMb}`, '--import', instrument],
  });
  const ready = await service.next('ready', START_TIMEOUT_MS);
  if (ready === undefined) throw new Error(`The service did not start. ${service.errorOutput}`);
  return { service, url: `http://127.0.0.1:${ready.port}/report` };
}

/** Plays the scenario, or as much of it as the service survives. */
async function playPhases(
  relay: Relay,
  service: Service,
  announce: (phase: string, forMs: number) => void,
): Promise<void> {
  for (const phase of scenario.PHASES) {
    if (service.hasExited) return;
    announce(phase.name, phase.forMs);
    relay.send({ type: 'behave', behaviour: phase.relay });
    // A relay that is back also answers what it held: the milder case, for both.
    if (phase.relay.kind === 'normal') relay.send({ type: 'release' });
    await Promise.race([delay(phase.forMs), service.exited]);
    if (phase === scenario.WARM_UP) service.send({ type: 'observe' });
  }
}
