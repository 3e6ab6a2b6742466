import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A cgroup that was made for a test. */
export interface TestCgroup {
  readonly version: 1 | 2;
  /** The command that runs another one in it, from its first page on. */
  readonly launcher: readonly string[];
  /** All that is charged, in bytes. */
  readonly chargedBytes: number;
  /** The same without the file pages that nobody has read twice, in bytes. */
  readonly workingSetBytes: number;
  /** Ends all processes in it, and takes it away. */
  remove(): Promise<void>;
}

const FILES = {
  1: { limit: 'memory.limit_in_bytes', charged: 'memory.usage_in_bytes', inactive: 'total_inactive_file' },
  2: { limit: 'memory.max', charged: 'memory.current', inactive: 'inactive_file' },
};

/** Makes a cgroup with a limit of memory. @returns why there is none, where it can't be made here */
export function makeCgroup(limitBytes: number): TestCgroup | string {
  try {
    return new Cgroup(limitBytes);
  } catch (error) {
    return `no cgroup with a limit of memory can be made here: ${String(error)}`;
  }
}

let made = 0;

class Cgroup implements TestCgroup {
  readonly version: 1 | 2;
  readonly #directory: string;

  constructor(limitBytes: number) {
    const { version, mountPoint } = findMemoryMount();
    this.version = version;
    if (version === 2) writeFileSync(join(mountPoint, 'cgroup.subtree_control'), '+memory');
    this.#directory = join(mountPoint, `bounded-profiling-${process.pid}-${++made}`);
    mkdirSync(this.#directory);
    try {
      writeFileSync(join(this.#directory, FILES[version].limit), String(limitBytes));
    } catch (error) {
      rmdirSync(this.#directory);
      throw error;
    }
  }

  get launcher(): readonly string[] {
    // The shell goes in, and becomes the command.
    return ['/bin/sh', '-c', 'echo $$ > "$0" && exec "$@"', join(this.#directory, 'cgroup.procs')];
  }

  get chargedBytes(): number {
    return Number(this.#read(FILES[this.version].charged));
  }

  get workingSetBytes(): number {
    const { inactive } = FILES[this.version];
    const line = this.#read('memory.stat')
      .split('\n')
      .find((one) => one.startsWith(`${inactive} `));
    return this.chargedBytes - Number(line?.slice(inactive.length));
  }

  async remove(): Promise<void> {
    for (;;) {
      const ids = this.#read('cgroup.procs').split('\n').filter(Boolean);
      if (ids.length === 0) break;
      for (const id of ids) kill(Number(id));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    rmdirSync(this.#directory);
  }

  #read(name: string): string {
    return readFileSync(join(this.#directory, name), 'utf8');
  }
}

function kill(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function findMemoryMount(): { version: 1 | 2; mountPoint: string } {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const first = mounts.find(
    ([, , type, options]) => type === 'cgroup' && options?.split(',').includes('memory'),
  );
  if (first?.[1] !== undefined) return { version: 1, mountPoint: first[1] };
  const second = mounts.find(([, , type]) => type === 'cgroup2');
  if (second?.[1] !== undefined) return { version: 2, mountPoint: second[1] };
  throw new Error('no cgroups are mounted');
}
