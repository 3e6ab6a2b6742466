import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, type TestContext, test } from 'vitest';
import type { ProfilingStats } from '../../src/index.ts';
import { makeCgroup, type TestCgroup } from '../support/cgroup.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { startScenario } from '../support/scenario.ts';

const MiB = 1024 * 1024;

/** A default budget has as much of the container, at least so many bytes. */
const BUDGET_SHARE = 0.05;
const LEAST_BUDGET_BYTES = 16 * MiB;

/** From the one on nothing runs, until it is below the other: profiling frees its memory, and the share may fall below the first. */
const [CRITICAL, HIGH] = [0.92, 0.85];

/** Anything that allocates lets V8 widen the young generation, and V8 gives that back late: it has nothing to do with profiling. */
const NODE_FLAGS = ['--max-semi-space-size=2'];

interface Reading {
  readonly port?: number;
  readonly rssBytes: number;
  readonly stats: ProfilingStats;
}

interface Progress {
  readonly processes: Readonly<Record<string, Reading>>;
  readonly ended: readonly object[];
}

function createCgroup(context: TestContext, limitBytes: number): TestCgroup {
  const cgroup = makeCgroup(limitBytes);
  if (typeof cgroup === 'string') return context.skip(cgroup);
  onTestFinished(() => cgroup.remove());
  return cgroup;
}

async function openRelay(): Promise<Relay> {
  const relay = await startRelay();
  onTestFinished(() => relay.close());
  return relay;
}

/** A service in a cgroup, with requests that come as fast as they are answered. */
async function startService(
  relay: Relay,
  cgroup: TestCgroup,
  workers: number,
  check: (now: Progress) => void,
) {
  let latest: Progress = { processes: {}, ended: [] };
  let failure: unknown;
  const listeners = new Set<() => void>();
  const scenario = startScenario(
    '10',
    'mjs',
    { name: 'service', dsn: relay.dsn, workers },
    {
      launcher: cgroup.launcher,
      execArgv: NODE_FLAGS,
      onProgress: (progress: Progress) => {
        latest = progress;
        try {
          check(progress);
        } catch (error) {
          failure ??= error;
        }
        for (const listen of listeners) listen();
      },
    },
  );
  onTestFinished(() => scenario.kill());
  const readings = (): Reading[] => Object.values(latest.processes);
  const until = (isSo: (readings: readonly Reading[]) => boolean): Promise<void> => {
    const condition = new Promise<void>((resolve, reject) => {
      const listen = (): void => {
        if (failure === undefined && !isSo(readings())) return;
        listeners.delete(listen);
        if (failure === undefined) resolve();
        else reject(failure);
      };
      listeners.add(listen);
    });
    const end = scenario.result.then(({ output }) => {
      throw new Error(`The service has ended: ${output}`);
    });
    return Promise.race([condition, end]);
  };
  await until((all) => all.filter(({ port }) => port !== undefined).length === Math.max(1, workers));
  const { port } = readings().find((one) => one.port !== undefined) ?? {};
  let isOver = false;
  const load = Array.from({ length: 8 }, async () => {
    while (!isOver) await request(port);
  });
  return {
    until,
    readings,
    async end(): Promise<{ output: string; endedEarly: readonly object[] }> {
      isOver = true;
      await Promise.all(load);
      scenario.tell({ end: true });
      return await scenario.result;
    },
  };
}

/** Without an answer, the service has ended: whoever waits for it hears of that. */
async function request(port: number | undefined): Promise<void> {
  try {
    await (await fetch(`http://127.0.0.1:${port}/`)).text();
  } catch {
    await sleep(100);
  }
}

/** A directory on a disk: files in memory are no page cache. */
function diskDirectory(context: TestContext): string {
  const TMPFS = 0x01021994;
  const parent = [tmpdir(), process.cwd()].find((path) => statfsSync(path).type !== TMPFS);
  if (parent === undefined) return context.skip('no file system here is on a disk');
  const directory = mkdtempSync(join(parent, 'page-cache-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function runIn(cgroup: TestCgroup, script: string): Promise<void> {
  const [command = '', ...args] = [...cgroup.launcher, '/bin/sh', '-c', script];
  const [code] = await once(spawn(command, args, { stdio: 'inherit' }), 'exit');
  expect(code).toBe(0);
}

/** Another process of the container, which takes memory until it is full to this share. @returns a function that gives it back */
async function fillUp(cgroup: TestCgroup, limitBytes: number, share: number): Promise<() => void> {
  // It keeps all of its input, for any of it may be the last.
  const [command = '', ...args] = [...cgroup.launcher, 'tail', '-c', String(limitBytes)];
  const filler: ChildProcess = spawn(command, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  onTestFinished(() => void filler.kill('SIGKILL'));
  filler.stdin?.on('error', () => {});
  const piece = Buffer.alloc(MiB);
  while (cgroup.workingSetBytes < share * limitBytes) {
    if (filler.exitCode !== null || filler.signalCode !== null) throw new Error('The filler was killed');
    await new Promise((resolve) => filler.stdin?.write(piece, resolve));
  }
  return () => filler.kill('SIGKILL');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

test('page cache that fills the container does not reduce the rate', async (context) => {
  const limitBytes = 256 * MiB;
  const cgroup = createCgroup(context, limitBytes);
  const directory = diskDirectory(context);
  const relay = await openRelay();
  const service = await startService(relay, cgroup, 0, ({ processes }) => {
    for (const { stats } of Object.values(processes)) {
      expect(stats.sampling).toMatchObject({ state: 'normal', rate: 1 });
      expect(stats.sampling.containerUsedRatio).toBeLessThan(0.78);
      expect(stats.skipped.rate).toBe(0);
    }
  });
  const captured = (): number => sum(service.readings().map(({ stats }) => stats.captured));
  await service.until(() => captured() > 20);

  await runIn(cgroup, `head -c ${2 * limitBytes} /dev/zero > '${join(directory, 'file')}' && sync`);
  console.log(
    `cgroup version ${cgroup.version}: ${((100 * cgroup.chargedBytes) / limitBytes).toFixed(0)}% charged, working set ${((100 * cgroup.workingSetBytes) / limitBytes).toFixed(0)}%`,
  );
  expect(cgroup.chargedBytes / limitBytes).toBeGreaterThan(CRITICAL);
  const before = captured();
  await service.until(
    ([one]) => captured() > before + 50 && (one?.stats.sampling.containerUsedRatio ?? 0) > 0.1,
  );
  expect(cgroup.chargedBytes / limitBytes).toBeGreaterThan(CRITICAL);

  const { output } = await service.end();
  expect(output).toBe('');
});

test('eight workers of a cluster see the container whole, keep to one budget together, and none is killed', async (context) => {
  // Without any profiling, eight processes that have loaded the SDK take 240 to 290 MiB before there is any load.
  const limitBytes = 768 * MiB;
  const workers = 8;
  const cgroup = createCgroup(context, limitBytes);
  const relay = await openRelay();
  const boundBytes = Math.max(BUDGET_SHARE * limitBytes, LEAST_BUDGET_BYTES);
  let isShared = false;
  const service = await startService(relay, cgroup, workers, ({ processes, ended }) => {
    expect(ended).toEqual([]);
    const all = Object.values(processes);
    for (const { stats } of all) expect(stats.memory.heldBytes).toBeLessThanOrEqual(stats.memory.budgetBytes);
    if (!isShared) return;
    expect(sum(all.map(({ stats }) => stats.memory.budgetBytes))).toBeLessThanOrEqual(boundBytes);
  });
  const isEach = (is: (reading: Reading) => boolean) => (all: readonly Reading[]) =>
    all.length === workers + 1 && all.every(is);
  const isEachWorker = (is: (reading: Reading) => boolean) =>
    isEach((reading) => reading.port === undefined || is(reading));
  const share = Math.floor(boundBytes / (workers + 1));
  await service.until(isEach(({ stats }) => stats.memory.budgetBytes === share));
  isShared = true;

  // With a relay that says nothing, waiting profiles take all the room there is.
  relay.behave({ kind: 'silent' });
  await service.until((all) => all.some(({ stats }) => stats.memory.heldBytes > 0.5 * share));
  relay.behave({ kind: 'normal' });
  relay.release();
  await service.until(isEachWorker(({ stats }) => stats.delivered > 0));

  const giveBack = await fillUp(cgroup, limitBytes, CRITICAL + 0.01);
  await service.until(isEachWorker(({ stats }) => stats.sampling.state === 'paused'));
  const paused = service.readings();
  console.log(
    `cgroup version ${cgroup.version}: the container is full to ${paused.map(({ stats }) => stats.sampling.containerUsedRatio.toFixed(3))}, resident ${paused.map(({ rssBytes }) => (rssBytes / limitBytes).toFixed(2))}`,
  );
  for (const { stats, rssBytes } of paused) {
    expect(stats.sampling.containerUsedRatio).toBeGreaterThan(HIGH);
    expect(rssBytes / limitBytes).toBeLessThan(0.3);
    expect(stats.sampling.cause).toBe('container');
  }
  giveBack();
  await service.until(isEachWorker(({ stats }) => stats.sampling.rate > 0));

  const { output, endedEarly } = await service.end();
  expect(endedEarly).toEqual([]);
  expect(output).toBe('');
});
