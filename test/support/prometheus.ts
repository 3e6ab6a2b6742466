import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A series of a query's result, at one moment. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An alert rule as Prometheus has read it. */
export interface Rule {
  readonly name: string;
  readonly query: string;
  readonly health: string;
}

export interface Prometheus {
  /** Evaluates an expression now. @throws the error of Prometheus, for a wrong one */
  query(expression: string): Promise<Sample[]>;
  /** The values of a label among the series that match. */
  labelValues(label: string, match: string): Promise<string[]>;
  rules(): Promise<Rule[]>;
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 50;

/** Starts a real Prometheus with a folder of its own. @param configuration the text of its `prometheus.yml` */
export async function startPrometheus(configuration: string): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const path = join(folder, 'prometheus.yml');
  await writeFile(path, configuration);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${path}`,
      `--storage.tsdb.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let errors = '';
  child.stderr.on('data', (text) => (errors += String(text)));
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const close = async (): Promise<void> => {
    process.off('exit', kill);
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(url, child);
  } catch (error) {
    await close();
    throw new Error(`Prometheus did not start: ${errors}`, { cause: error });
  }
  return {
    query: async (expression) => {
      const { result } = await ask<{ result: RawSample[] }>(url, 'query', { query: expression });
      return result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
    },
    labelValues: (label, match) => ask(url, `label/${label}/values`, { 'match[]': match }),
    rules: async () => {
      const { groups } = await ask<{ groups: { rules: Rule[] }[] }>(url, 'rules', {});
      return groups.flatMap(({ rules }) => rules);
    },
    close,
  };
}

interface RawSample {
  readonly metric: Record<string, string>;
  readonly value: readonly [seconds: number, value: string];
}

async function ask<T>(url: string, path: string, parameters: Record<string, string>): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const { status, data, error } = (await response.json()) as { status: string; data: T; error?: string };
  if (status !== 'success') throw new Error(`${error}: ${Object.values(parameters).join()}`);
  return data;
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const endMs = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(`${url}/-/ready`).catch((error: Error) => error);
    if (answer instanceof Response && answer.ok) return;
    if (child.exitCode !== null || performance.now() > endMs) throw answer;
    await delay(POLL_MS);
  }
}

/** With `SIGKILL`, because an orderly end writes all to a disk that nobody reads. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
