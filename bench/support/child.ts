import type { ChildProcess } from 'node:child_process';
import { forkTracked } from './children.ts';

/** The end of a child's stderr is kept, because it may say why the child died. */
const KEPT_ERROR_LENGTH = 4000;

interface ChildOptions {
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Those of this process if left out, so that a child in TypeScript can be run as this process is. */
  nodeFlags?: readonly string[];
}

/** A process that is talked to over an IPC channel while it runs. */
export class Child<Command extends object, Message extends { type: string }> {
  readonly exited: Promise<void>;
  errorOutput = '';
  hasExited = false;
  readonly #process: ChildProcess;

  constructor(script: URL, { args = [], env = {}, nodeFlags = process.execArgv }: ChildOptions) {
    this.#process = forkTracked(script, args, {
      execArgv: [...nodeFlags],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (text) => {
      this.errorOutput = `${this.errorOutput}${text}`.slice(-KEPT_ERROR_LENGTH);
    });
    // Sending to a child that is just dying: its exit tells all.
    this.#process.on('error', () => {});
    this.exited = new Promise((resolve) => {
      this.#process.once('exit', () => {
        this.hasExited = true;
        resolve();
      });
    });
  }

  send(command: Command): void {
    if (this.#process.connected) this.#process.send(command, () => {});
  }

  /** The next message of that type, or undefined when none comes before the child exits or the time is over. */
  async next<Type extends Message['type']>(
    type: Type,
    timeoutMs: number,
  ): Promise<Extract<Message, { type: Type }> | undefined> {
    return new Promise((resolve) => {
      const end = (message?: Extract<Message, { type: Type }>): void => {
        clearTimeout(timer);
        this.#process.off('message', listen);
        resolve(message);
      };
      const listen = (message: Message): void => {
        if (message.type === type) end(message as Extract<Message, { type: Type }>);
      };
      const timer = setTimeout(end, timeoutMs);
      this.#process.on('message', listen);
      void this.exited.then(() => end());
    });
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.exited;
  }
}
