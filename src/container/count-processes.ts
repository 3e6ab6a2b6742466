import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from './read-text.ts';

/** Where one process stands among the others. */
export interface ProcessPlace {
  /** What stands before `/proc`. */
  readonly root: string;
  /** The process's own cgroup. */
  readonly directory: string;
  /** Whether the parent is Node and has started this process to work for it, as the primary of `node:cluster` does. */
  readonly isForked: boolean;
}

/** A container has a handful. A cgroup with more is a user's session or a whole machine, and to look at each would take too long. */
const MAX_PROCESSES = 64;

/** A chain of parents is short. The bound is for a file that lies. */
const MAX_ANCESTORS = 32;

/**
 * How many processes of the same cgroup may be profiling, this one included: those that run the same Node. Whether they profile
 * can't be seen from outside, so an odd one counts too: the share is then smaller than it could be, and the bound is kept.
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
