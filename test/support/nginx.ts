import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { type NginxSettings, STATUS_PATH, writeConfiguration } from './nginx-configuration.ts';
import { dsnFor } from './relay/address.ts';

export interface NginxOptions extends NginxSettings {
  /** Left out, a free one. */
  port?: number;
}

/** A request as nginx has written it down. */
export interface LoggedRequest {
  status: number;
  /** The status from the server behind; empty where nginx answered by itself. */
  upstreamStatus: string;
  /** As announced; empty for a body in chunks. */
  contentLength: string;
  /** Head and body, as far as nginx has read them. */
  requestBytes: number;
}

export interface Nginx {
  readonly port: number;
  readonly dsn: string;
  /** Every request so far, also those that nginx did not pass on. Waits for the end of open ones. */
  log(): Promise<LoggedRequest[]>;
  /** The text of its error log. */
  errors(): Promise<string>;
  /** Ends it as a crash would, in the midst of whatever it does. */
  close(): Promise<void>;
}

const ATTEMPTS = 5;
const START_TIMEOUT_MS = 15_000;
const LOG_TIMEOUT_MS = 15_000;
const POLL_MS = 10;

/** Debian's nginx lies where only root looks for programs. */
export const NGINX_ENV = {
  ...process.env,
  PATH: [process.env.PATH, '/usr/local/sbin', '/usr/sbin'].join(delimiter),
};

/** Starts a real nginx in front of a server of this machine, with a configuration and a folder of its own. */
export async function startNginx({ port, ...settings }: NginxOptions): Promise<Nginx> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(port ?? (await freePort()), settings);
    } catch (error) {
      // Between the choice of a port and its use, another process may have taken it.
      const isTaken = (error as Error).message.includes('Address already in use');
      if (!isTaken || port !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

async function launch(port: number, settings: NginxSettings): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const errors = (): Promise<string> => readFile(join(folder, 'error.log'), 'utf8').catch(() => '');
  await writeFile(join(folder, 'nginx.conf'), writeConfiguration(port, settings));
  const args = ['-p', folder, '-e', 'error.log', '-c', 'nginx.conf'];
  const child = spawn('nginx', args, { stdio: 'ignore', env: NGINX_ENV });
  const ended = endOf(child);
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const close = async (): Promise<void> => {
    process.off('exit', kill);
    kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([
      untilAnswering(port),
      ended.then(async (how) => {
        throw new Error(`nginx ended with ${how}: ${await errors()}`);
      }),
    ]);
  } catch (error) {
    await close();
    throw error;
  }
  // The first answer to `untilAnswering`.
  let ownRequests = 1;
  return {
    port,
    dsn: dsnFor(`http://127.0.0.1:${port}`),
    log: async () => {
      const endMs = performance.now() + LOG_TIMEOUT_MS;
      for (;;) {
        const all = await countRequests(port);
        ownRequests++;
        const log = parseLog(await readFile(join(folder, 'access.log'), 'utf8'));
        // A request is written down when it has ended, which is after its answer.
        if (log.length === all - ownRequests) return log;
        if (performance.now() > endMs) {
          throw new Error(`nginx has taken ${all - ownRequests} requests and ended only ${log.length}`);
        }
        await delay(POLL_MS);
      }
    },
    errors,
    close,
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

async function untilAnswering(port: number): Promise<void> {
  const endMs = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await countRequests(port);
      return;
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await delay(POLL_MS);
    }
  }
}

/** How many requests nginx has begun to read since its start, this one included. */
async function countRequests(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}${STATUS_PATH}`);
  const counters = /requests\s+\d+ \d+ (\d+)/.exec(await response.text());
  if (counters === null) throw new Error(`Expected the status of nginx on port ${port}`);
  return Number(counters[1]);
}

function parseLog(text: string): LoggedRequest[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LoggedRequest);
}
