import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from './read-text.ts';

/** The place of a process among the others. */
export interface ProcessPlace {
  /** Prefix of the paths below `/proc`. */
  readonly root: string;
  /** The process's own cgroup. */
  readonly directory: string;
  /** Whether the parent is Node and has started this process to work for it, as the primary of `node:cluster` does. */
  readonly isForked: boolean;
}

/** A container has a handful of processes. A cgroup with more is a session or a machine, and looking at each would take too long. */
const MAX_PROCESSES = 64;

/** Chains of parents are short. The bound ends a loop that a wrong file would cause. */
const MAX_ANCESTORS = 32;

/**
 * Counts the processes of the same cgroup that may be profiling: this one, and all that run the same Node. Nobody can see from outside
 * whether a process profiles. Counting one that does not makes the share smaller than it could be, and keeps the bound.
 *
 * The parents of this process do not count, because npm, nodemon and pm2 run on Node too and profile nothing. A parent that has forked
 * this process counts, because the primary of a cluster has the flags of its workers, and so mostly their `--import`.
 *
 * `node:cluster` itself tells a worker neither how many others there are, nor when that changes.
 *
 * @returns 1 where the others can't be seen
 */
export function countProcesses({ root, directory, isForked }: ProcessPlace): number {
  const executable = executableOf(root, 'self');
  if (executable === undefined) return 1;
  const { id, parent } = statOf(root, 'self') ?? {};
  const excluded = new Set(ancestorsOf(root, parent));
  if (isForked && parent !== undefined) excluded.delete(parent);
  const ids = (readText(join(directory, 'cgroup.procs')) ?? '').split('\n', MAX_PROCESSES).filter(Boolean);
  const others = ids.filter(
    (other) => other !== id && !excluded.has(other) && executableOf(root, other) === executable,
  );
  return 1 + others.length;
}

/** The parent first. */
function ancestorsOf(root: string, parent: string | undefined): string[] {
  const ancestors: string[] = [];
  let next = parent;
  while (next !== undefined && next !== '0' && ancestors.length < MAX_ANCESTORS) {
    ancestors.push(next);
    next = statOf(root, next)?.parent;
  }
  return ancestors;
}

/** A line of `/proc/N/stat` is `id (name) state parent …`, and the name may hold anything. */
function statOf(root: string, id: string): { id: string; parent: string } | undefined {
  const text = readText(join(root, 'proc', id, 'stat')) ?? '';
  const [, own, parent] = /^(\d+) \([\s\S]*\) \S (\d+) /.exec(text) ?? [];
  return own === undefined || parent === undefined ? undefined : { id: own, parent };
}

function executableOf(root: string, id: string): string | undefined {
  try {
    return readlinkSync(join(root, 'proc', id, 'exe'));
  } catch {
    return undefined;
  }
}
