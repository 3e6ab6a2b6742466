import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

// biome-ignore lint/suspicious/noExplicitAny: each scenario reports something else.
export type Report = any;

export interface SetupRequest {
  /** Which set-up of its scenario, where there are several. */
  readonly variant?: string;
  readonly dsn?: string;
  /** False for a service without the integration. */
  readonly bounded?: object | false;
  /** Chunks, where the line has a profile for each transaction too. */
  readonly isChunked?: boolean;
  /** More options for `Sentry.init`. */
  readonly options?: object;
  readonly [more: string]: unknown;
}

export interface SetupOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
  readonly cwd?: string;
}

/** How a process ended, and its report before. */
export interface Ended {
  readonly report: Report;
  /** All that it printed. */
  readonly output: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The result of a process that ended by itself without a complaint. */
export const CLEAN = { output: '', exitCode: 0, signal: null };

/** The output without process ids and counts. */
export function withoutNumbers({ output }: Ended): string {
  return output.replace(/\d+/g, '#');
}

export interface RunningSetup {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the next message that has this member, as its value; rejects when the process ends without it. */
  next(member: string): Promise<Report>;
}

/** The project that has the SDK, by its folder in `test/`. */
export type Project = `sdk/${string}` | `setups/projects/${string}`;

const MAIN = fileURLToPath(new URL('../scenarios/main.mjs', import.meta.url));

/** Starts a scenario of `test/setups/scenarios` in a process of its own, with the packages of that project. */
export function startSetup(
  project: Project,
  scenario: string,
  request: SetupRequest,
  { env, execArgv = [], cwd }: SetupOptions = {},
): RunningSetup {
  const child = fork(MAIN, [project, scenario, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [...execArgv],
    ...(env && { env: { ...process.env, ...env } }),
    ...(cwd && { cwd }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (output += String(data)));
  let report: Report;
  child.on('message', (message: { report?: Report }) => {
    if ('report' in message) report = message.report;
  });
  const ended = once(child, 'close').then(([exitCode, signal]) => ({ report, output, exitCode, signal }));
  return {
    child,
    ended,
    next: (member) => {
      const message = new Promise<Report>((resolve) => {
        const listen = (one: Report): void => {
          if (!(member in one)) return;
          child.off('message', listen);
          resolve(one[member]);
        };
        child.on('message', listen);
      });
      const end = ended.then((how) => {
        throw new Error(`It ended without ${member}: ${JSON.stringify(how)}`);
      });
      return Promise.race([message, end]);
    },
  };
}

/** Runs a scenario to its end. */
export function runSetup(...parameters: Parameters<typeof startSetup>): Promise<Ended> {
  return startSetup(...parameters).ended;
}
