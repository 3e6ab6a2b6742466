import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../bench/support/ports.ts';

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
const INTERVAL_MS = 200;

export interface ServiceOptions {
  /** Arguments for Node. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly dsn: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A real HTTP service in a process of its own, which reads `SENTRY_DSN` and `PORT`. */
export class Service {
  readonly port: number;
  readonly #child: ChildProcess;
  #output = '';

  private constructor(child: ChildProcess, port: number) {
    this.port = port;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data) => {
        this.#output += String(data);
      });
    }
  }

  /** @returns when it answers `/stats` */
  static async start({ args, cwd, dsn, env: own }: ServiceOptions): Promise<Service> {
    const port = await freePort();
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      SENTRY_DSN: dsn,
      PORT: String(port),
      NEXT_TELEMETRY_DISABLED: '1',
      ...own,
    };
    // Vitest's own, with which packages behave as in a test.
    delete env.VITEST;
    delete env.NODE_ENV;
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const service = new Service(child, port);
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    while (!(await service.#answers())) {
      if (service.#hasExited || performance.now() > deadlineMs) {
        child.kill('SIGKILL');
        throw new Error(`The service did not start: ${service.output}`);
      }
      await delay(INTERVAL_MS);
    }
    return service;
  }

  /** All that it has printed. */
  get output(): string {
    return this.#output;
  }

  get #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #answers(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${this.port}/stats`).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Makes so many requests, one after the other: a service without an idle moment may have no turn left for its profiles. */
  async load(path: string, count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.get(path);
  }

  /** Asks it to end. @returns its exit code; null if a signal has ended it */
  async stop(): Promise<number | null> {
    if (this.#hasExited) return this.#child.exitCode;
    const closed = once(this.#child, 'close', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
    this.#child.kill('SIGTERM');
    try {
      await closed;
    } finally {
      this.kill();
    }
    return this.#child.exitCode;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
