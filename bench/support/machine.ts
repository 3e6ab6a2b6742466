import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

const require = createRequire(import.meta.url);

/** What figures depend on, so that they can be judged later. */
export interface Machine {
  readonly date: string;
  readonly node: string;
  readonly v8: string;
  readonly cpuModel: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly revision: string;
  readonly packages: Readonly<Record<string, string>>;
}

/** @param packages names of the packages whose versions matter */
export function describeMachine(packages: readonly string[]): Machine {
  return {
    date: new Date().toISOString(),
    node: process.version,
    v8: process.versions.v8,
    cpuModel: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()} ${process.arch}`,
    revision: gitRevision(),
    packages: Object.fromEntries(
      packages.map((name) => [name, (require(`${name}/package.json`) as { version: string }).version]),
    ),
  };
}

function gitRevision(): string {
  try {
    const args = ['describe', '--always', '--dirty', '--abbrev=12'];
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
