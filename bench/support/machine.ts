import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

/** The origin of figures, so that they can be judged later. */
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

/**
 * @param packages names of the packages whose versions matter
 * @param others versions of packages that other projects have installed
 */
export function describeMachine(
  packages: readonly string[],
  others: Readonly<Record<string, string>> = {},
): Machine {
  return {
    date: new Date().toISOString(),
    node: process.version,
    v8: process.versions.v8,
    cpuModel: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()} ${process.arch}`,
    revision: gitRevision(),
    packages: { ...others, ...Object.fromEntries(packages.map((name) => [name, versionOf(name)])) },
  };
}

/** The version that is installed for a file. */
export function versionOf(name: string, file: string | URL = import.meta.url): string {
  return (createRequire(file)(`${name}/package.json`) as { version: string }).version;
}

/** The note of a table on the origin of its figures. */
export function machineNote({ node, cpuModel, cores, system, packages, date, revision }: Machine): string {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return `Node ${node}, ${cpuModel}, ${cores} cores, ${system}, ${versions.join(', ')}, ${date.slice(0, 10)}, revision ${revision}.`;
}

function gitRevision(): string {
  try {
    const args = ['describe', '--always', '--dirty', '--abbrev=12'];
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
