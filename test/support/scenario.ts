import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// biome-ignore lint/suspicious/noExplicitAny: each scenario reports something else.
export type ScenarioResult = any;

export interface ScenarioRequest {
  name:
    | 'abandoned'
    | 'closing'
    | 'concurrent'
    | 'continuous'
    | 'exit'
    | 'garbage'
    | 'gate'
    | 'heap'
    | 'reinit'
    | 'rotation'
    | 'span'
    | 'steady'
    | 'stops'
    | 'traffic';
  dsn: string;
  bounded?: object | false;
  order?: 'profiling-first' | 'bounded-first';
  lifecycle?: 'trace' | 'manual';
  otherDsn?: string;
  flushMs?: number;
  /** False for a service without profiling. */
  profiled?: boolean;
  /** Of a service under memory pressure. */
  clients?: number;
  maxOldBytes?: number;
  baseRatio?: number;
  peakRatio?: number;
  normalMs?: number;
  recoveryMs?: number;
  /** Of many transactions at once. */
  transactions?: number;
  durationMs?: number;
  rounds?: number;
  /** Which case of a scenario that has several. */
  variant?: string;
  rate?: number;
}

export interface ScenarioOptions {
  execArgv?: string[];
  /** What the scenario tells of itself while it runs. */
  onProgress?: (progress: ScenarioResult) => void;
}

/** Runs a scenario with the real SDK of a line, in a process of its own. What it prints is part of the result. */
export function runScenario(
  line: '10' | '11',
  format: 'mjs' | 'cjs',
  request: ScenarioRequest,
  { execArgv = [], onProgress }: ScenarioOptions = {},
): Promise<ScenarioResult> {
  const path = fileURLToPath(new URL(`../sdk/${line}/main.${format}`, import.meta.url));
  const child = fork(path, [JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += String(data)));
  return new Promise((resolve, reject) => {
    let result: object | undefined;
    child.on('message', (message: object) => {
      if ('progress' in message) onProgress?.(message.progress);
      else result = message;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (result === undefined) reject(new Error(`The scenario ended with ${code} and no result: ${output}`));
      else resolve({ ...result, output, exitCode: code });
    });
  });
}
