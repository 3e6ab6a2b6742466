import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.ts';

const inRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const EXAMPLE = inRoot('examples/prometheus');

/** Within the project that has the SDK of the example: a module is looked for from where its importer lies. */
const WORKSHOP = inRoot('test/sdk/10/.cache/prometheus');

const POLL_MS = 50;
const TIMEOUT_MS = 60_000;

/** The server of the example, with an SDK in front of it. */
export interface Service {
  readonly port: number;
  /** The text of its metrics. */
  scrape(): Promise<string>;
  /** Requests that are made at the same time. Comes true when all are answered. */
  visit(path: string, times?: number): Promise<void>;
  /** Gives a command to the SDK that provokes losses. */
  tell(command: 'short' | 'close'): void;
  close(): Promise<void>;
}

/** @param instrument sets up the SDK: the example's own, or the one that provokes losses */
export async function startService(
  instrument: 'instrument.mjs' | 'provoked.mjs',
  dsn: string,
): Promise<Service> {
  mkdirSync(WORKSHOP, { recursive: true });
  for (const directory of [EXAMPLE, inRoot('test/prometheus')]) {
    const modules = readdirSync(directory).filter((name) => name.endsWith('.mjs'));
    for (const name of modules) cpSync(join(directory, name), join(WORKSHOP, name));
  }
  const port = await freePort();
  const child = fork(join(WORKSHOP, 'server.mjs'), {
    cwd: WORKSHOP,
    execArgv: ['--import', `./${instrument}`],
    env: { ...process.env, SENTRY_DSN: dsn, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const get = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  const service: Service = {
    port,
    scrape: () => get('/metrics'),
    visit: async (path, times = 1) => {
      await Promise.all(Array.from({ length: times }, () => get(path)));
    },
    tell: (command) => void child.send(command),
    close: async () => {
      process.off('exit', kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      kill();
      await once(child, 'exit');
    },
  };
  await until('a server', async () => (await service.scrape()) !== '');
  return service;
}

/** Waits for a condition, which may throw as long as it is not met. */
export async function until(what: string, isMet: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + TIMEOUT_MS;
  for (;;) {
    try {
      if (await isMet()) return;
    } catch (error) {
      if (performance.now() > endMs) throw error;
    }
    if (performance.now() > endMs) throw new Error(`not there after ${TIMEOUT_MS} ms: ${what}`);
    await delay(POLL_MS);
  }
}

/** A figure of an exposition. @param name without the prefix, with its labels */
export function figureOf(exposition: string, name: string): number {
  const line = exposition.split('\n').find((one) => one.startsWith(`sentry_bounded_profiling_${name} `));
  return line === undefined ? Number.NaN : Number(line.slice(line.lastIndexOf(' ')));
}
