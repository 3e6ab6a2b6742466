import { type ChildProcess, spawn } from 'node:child_process';
import { get } from 'node:http';
import type { ProfilingStats } from '../../src/index.ts';
import type { NativeProfile } from '../../src/record/segment.ts';
import { type Relay, startRelay } from '../support/relay/index.ts';
import { type Cell, flagOf } from './lines.ts';

/** For one service: far longer than it takes on a busy machine. */
const TIMEOUT_MS = 120_000;

/** When a request began and ended, on the clock of the service. */
export interface RequestTimes {
  readonly startMs: number;
  readonly endMs: number;
}

/** A service's report of itself. */
export interface Report {
  readonly versions: { node: string; sdk: string; cores: string[]; profilingNode: string };
  readonly isFlushed: boolean;
  readonly times: Readonly<Record<string, RequestTimes>>;
  /** The time since 1970 when the clock of the service was at 0. */
  readonly epochMs: number;
  /** V8's own record beside, when it began, and the statistics: of a service with the integration. */
  readonly native?: NativeProfile;
  readonly startMs?: number;
  readonly stats?: ProfilingStats;
}

/** A service that has ended, and the relay that it sent to. */
export interface ServiceRun {
  readonly relay: Relay;
  readonly report: Report | undefined;
  readonly output: string;
  readonly exitCode: number | null;
}

/** Two at once, then one after the other. */
const PATHS = [['/quote', '/search'], ['/failing'], ['/report']];

/** A Node, and a project that has the packages of a cell. */
export interface Place {
  readonly nodePath: string;
  readonly directory: string;
}

export interface ServiceOptions extends Place {
  readonly isBounded: boolean;
  readonly flag?: '--require' | '--import';
}

/** Runs a service of that cell through its requests, with the integration or with the stock SDK. */
export async function runService(cell: Cell, options: ServiceOptions): Promise<ServiceRun> {
  const relay = await startRelay();
  try {
    return { relay, ...(await superviseService(start(cell, options, relay.dsn))) };
  } finally {
    await relay.close();
  }
}

function start(cell: Cell, options: ServiceOptions, dsn: string): ChildProcess {
  const { nodePath, directory, isBounded, flag = flagOf(cell) } = options;
  const extension = cell.format === 'esm' ? 'mjs' : 'cjs';
  // Nothing from the environment of the matrix itself.
  const env = {
    PATH: process.env.PATH,
    COMPAT_REQUEST: JSON.stringify({ dsn, mode: cell.mode, isBounded }),
  };
  return spawn(nodePath, [flag, `./instrument.${extension}`, `app.${extension}`], {
    cwd: directory,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

async function superviseService(service: ChildProcess): Promise<Omit<ServiceRun, 'relay'>> {
  let output = '';
  for (const stream of [service.stdout, service.stderr]) {
    stream?.on('data', (data) => {
      output += String(data);
    });
  }
  let report: Report | undefined;
  service.on('message', (message: Report | { port: number }) => {
    if (!('port' in message)) report = message;
    else {
      requestAll(message.port).then(
        () => service.send('stop'),
        (error: Error) => {
          output += `A request failed: ${error.message}`;
          service.kill('SIGKILL');
        },
      );
    }
  });
  const timer = setTimeout(() => {
    output += `The service has not ended after ${TIMEOUT_MS / 1000} s.`;
    service.kill('SIGKILL');
  }, TIMEOUT_MS);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    service.on('close', resolve);
    service.on('error', reject);
  });
  clearTimeout(timer);
  return { report, output, exitCode };
}

async function requestAll(port: number): Promise<void> {
  for (const paths of PATHS) await Promise.all(paths.map((path) => request(port, path)));
}

function request(port: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume().on('end', resolve).on('error', reject);
    }).on('error', reject);
  });
}
