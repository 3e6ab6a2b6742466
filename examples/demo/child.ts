import { type ChildProcess, fork } from 'node:child_process';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

/** What a child wrote on stderr is kept as far as it may say why the child died. */
const KEPT_ERROR_LENGTH = 4000;

interface ChildOptions {
  args?: string[];
  env?: Record<string, string>;
  /** Those of this process if left out, so that a child in TypeScript can be run as this process is. */
  nodeOptions?: string[];
}

/** A process that speaks over an IPC channel. None outlives the demo. */
export class Child<Command extends object, Message extends { type: string }> {
  readonly exited: Promise<void>;
  errorOutput = '';
  hasExited = false;
  readonly #process: ChildProcess;

  constructor(script: URL, { args = [], env = {}, nodeOptions = process.execArgv }: ChildOptions) {
    this.#process = fork(script, args, {
      execArgv: nodeOptions,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    running.add(this.#process);
    this.#process.stderr?.on('data', (text) => {
      this.errorOutput = `${this.errorOutput}${text}`.slice(-KEPT_ERROR_LENGTH);
    });
    // Sending to a child that is just dying: its exit tells all.
    this.#process.on('error', () => {});
    this.exited = new Promise((resolve) => {
      this.#process.once('exit', () => {
        this.hasExited = true;
        running.delete(this.#process);
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  send(command: Command): void {
    if (this.#process.connected) this.#process.send(command, () => {});
  }

  onMessage(listener: (message: Message) => void): void {
    this.#process.on('message', listener);
  }

  /** The next message of that type, or undefined when none comes before the child exits or the time is over. */
  async next<Type extends Message['type']>(
    type: Type,
    timeoutMs: number,
  ): Promise<Extract<Message, { type: Type }> | undefined> {
    const isWanted = (message: Message): message is Extract<Message, { type: Type }> => message.type === type;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), timeoutMs);
      this.onMessage((message) => {
        if (!isWanted(message)) return;
        clearTimeout(timer);
        resolve(message);
      });
      void this.exited.then(() => {
        clearTimeout(timer);
        resolve(undefined);
      });
    });
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.exited;
  }
}
