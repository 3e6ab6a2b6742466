import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';

const running = new Set<ChildProcess>();

/** How a child process ended. */
export interface ChildEnd<Message> {
  /** The last message it sent; undefined if it died before. */
  readonly message: Message | undefined;
  /** How it died; undefined if it ended well. */
  readonly failure: string | undefined;
}

/** Forks a process that a signal to this one ends too. */
export function forkTracked(
  script: URL | string,
  args: readonly string[],
  options: ForkOptions,
): ChildProcess {
  const child = fork(script, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Starts a plain JavaScript file in a process of its own, without the TypeScript loader that this process runs under. */
export function startChild(script: URL, args: readonly string[], nodeFlags: readonly string[]): ChildProcess {
  return forkTracked(script, args, { execArgv: [...nodeFlags] });
}

/** Runs a file to its end. Never rejects: to run out of memory or of time is a result too. */
export function runChild<Message>(
  script: URL,
  args: readonly string[],
  { nodeFlags = [], timeoutMs }: { nodeFlags?: readonly string[]; timeoutMs: number },
): Promise<ChildEnd<Message>> {
  return new Promise((resolve) => {
    const child = startChild(script, args, nodeFlags);
    let message: Message | undefined;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('message', (received) => {
      message = received as Message;
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      const failure = isLate
        ? `no end within ${timeoutMs / 1000} s`
        : `died of ${signal ?? `exit code ${code}`}`;
      resolve({ message, failure: code === 0 ? undefined : failure });
    });
  });
}

/** Without this, Ctrl-C in a shell without job control would leave gigabytes of child process behind. */
export function killChildrenOnSignals(): void {
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      for (const child of running) child.kill('SIGKILL');
      process.exit(exitCode);
    });
  }
}
