import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// biome-ignore lint/suspicious/noExplicitAny: each scenario reports something else.
export type ScenarioResult = any;

/** A project with an SDK of its own. Those called mixed have two copies of core, as npm may install them. */
export type SdkProject = '10' | '10-mixed' | '11' | '11-mixed';

export interface ScenarioRequest {
  name:
    | 'abandoned'
    | 'beside'
    | 'closing'
    | 'concurrent'
    | 'continuous'
    | 'debug ids'
    | 'driven'
    | 'exit'
    | 'garbage'
    | 'gate'
    | 'heap'
    | 'links'
    | 'profiles'
    | 'reinit'
    | 'rotation'
    | 'service'
    | 'span'
    | 'steady'
    | 'stops'
    | 'stretches'
    | 'traffic'
    | 'witnessed'
    | 'worker';
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
  /** Processes that share a port, beside the one that starts them. */
  workers?: number;
  /** Which case of a scenario that has several. */
  variant?: string;
  rate?: number;
  /** More options for `Sentry.init`. */
  options?: object;
  /** Bundled scripts by their paths: in which global object they enter their debug ids, and the one that no profile is of. */
  debugIds?: { member: string; byPath: Record<string, string>; between: string };
}

export interface ScenarioOptions {
  execArgv?: string[];
  /** A command that runs the one which follows it. */
  launcher?: readonly string[];
  /** Gets the reports of the scenario while it runs. */
  onProgress?: (progress: ScenarioResult) => void;
}

/** A scenario that runs. */
export interface RunningScenario {
  /** Its report when it has ended. Rejects if it ends without one. */
  readonly result: Promise<ScenarioResult>;
  /** Gives a command to a scenario that takes some, and waits until it has been carried out: one at a time. */
  ask(command: object): Promise<ScenarioResult>;
  /** Gives a command that is not replied to. */
  tell(command: object): void;
  kill(): void;
}

/** Runs a scenario with the real SDK of a project, in a process of its own. Its output is part of the result. */
export function runScenario(
  project: SdkProject,
  format: 'mjs' | 'cjs',
  request: ScenarioRequest,
  options?: ScenarioOptions,
): Promise<ScenarioResult> {
  return startScenario(project, format, request, options).result;
}

/** Starts a scenario as {@link runScenario} does, to talk to it while it runs. */
export function startScenario(
  project: SdkProject,
  format: 'mjs' | 'cjs',
  request: ScenarioRequest,
  { execArgv = [], launcher = [], onProgress }: ScenarioOptions = {},
): RunningScenario {
  const path = fileURLToPath(new URL(`../sdk/${project}/main.${format}`, import.meta.url));
  const node = [process.execPath, ...execArgv, path, JSON.stringify(request)];
  const [command = process.execPath, ...args] = [...launcher, ...node];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const result = collectResult(child, onProgress);
  // Whoever asks for something hears of a failure too.
  result.catch(() => {});
  return {
    result,
    ask: (command) => {
      const reply = new Promise<ScenarioResult>((resolve) => {
        const listen = (message: object): void => {
          if (!('reply' in message)) return;
          child.off('message', listen);
          resolve(message.reply);
        };
        child.on('message', listen);
        child.send(command);
      });
      const end = result.then(({ output }) => {
        throw new Error(`The scenario ended instead of a reply to ${JSON.stringify(command)}: ${output}`);
      });
      return Promise.race([reply, end]);
    },
    tell: (command) => {
      child.send(command);
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

function collectResult(
  child: ChildProcess,
  onProgress: ScenarioOptions['onProgress'],
): Promise<ScenarioResult> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += String(data)));
  return new Promise((resolve, reject) => {
    let result: object | undefined;
    child.on('message', (message: object) => {
      if ('progress' in message) onProgress?.(message.progress);
      else if (!('reply' in message)) result = message;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (result === undefined) reject(new Error(`The scenario ended with ${code} and no result: ${output}`));
      else resolve({ ...result, output, exitCode: code });
    });
  });
}
