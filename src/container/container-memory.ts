import { totalmem } from 'node:os';
import { constrainedBytes } from '../process-limits.ts';
import { CgroupMemory } from './cgroup-memory.ts';
import { findOwnCgroup } from './own-cgroup.ts';

/** Where the readings come from. */
export interface ContainerMemorySource {
  /** What stands before `/proc` and `/sys`. */
  readonly root: string;
  /** All memory of the machine, in bytes. */
  readonly totalBytes: number;
  /** What Node says that the process may use, in bytes, or undefined. */
  constrainedBytes(): number | undefined;
  /** Resident memory of the process, in bytes. */
  rssBytes(): number;
  /** A clock that never goes back, in ms. */
  now(): number;
}

/** Limits may be set while the process runs, at another level too, and it may be moved to another cgroup: both are rare. */
const FIND_INTERVAL_MS = 30_000;

interface Limited {
  /** Undefined where only Node knows the limit. */
  readonly cgroup: CgroupMemory | undefined;
  readonly limitBytes: number;
}

/**
 * The memory of the container, as the kernel's OOM killer and Kubernetes see it: of all its processes, not of this one.
 *
 * The container is the nearest cgroup with a limit, at this process or above. Should one farther up allow less, it is that one,
 * for it fills up first. Where no cgroup shows a limit and Node knows one, resident memory of this process is compared with that.
 */
export class ContainerMemory {
  readonly #source: ContainerMemorySource;
  #limited: Limited | undefined;
  #foundAtMs = Number.NEGATIVE_INFINITY;

  constructor(source: ContainerMemorySource = PROCESS_SOURCE) {
    this.#source = source;
  }

  /** As last read, in bytes; undefined where there is none. */
  get limitBytes(): number | undefined {
    return this.#limited?.limitBytes;
  }

  /** The working set as a share of the limit; 0 where there is none. Reads three or four files. */
  readUsedRatio(): number {
    this.#readLimit();
    if (this.#limited === undefined) return 0;
    const { cgroup, limitBytes } = this.#limited;
    return (cgroup?.workingSetBytes() ?? this.#source.rssBytes()) / limitBytes;
  }

  #readLimit(): void {
    const nowMs = this.#source.now();
    const cgroup = this.#limited?.cgroup;
    const limitBytes = cgroup?.limitBytes(this.#source.totalBytes);
    const isLost = cgroup !== undefined && limitBytes === undefined;
    if (isLost || nowMs - this.#foundAtMs >= FIND_INTERVAL_MS) {
      this.#limited = this.#find();
      this.#foundAtMs = nowMs;
    } else if (limitBytes !== undefined) this.#limited = { cgroup, limitBytes };
  }

  #find(): Limited | undefined {
    const { root, totalBytes } = this.#source;
    const { version, directories } = findOwnCgroup(root) ?? { version: 2, directories: [] };
    let least: Limited | undefined;
    for (const directory of directories) {
      const cgroup = new CgroupMemory(version, directory);
      const limitBytes = cgroup.limitBytes(totalBytes);
      if (limitBytes !== undefined && limitBytes < (least?.limitBytes ?? Number.POSITIVE_INFINITY)) {
        least = { cgroup, limitBytes };
      }
    }
    const knownBytes = least ?? this.#source.constrainedBytes();
    return typeof knownBytes === 'number' ? { cgroup: undefined, limitBytes: knownBytes } : knownBytes;
  }
}

const PROCESS_SOURCE: ContainerMemorySource = {
  root: '/',
  totalBytes: totalmem(),
  constrainedBytes: () => constrainedBytes(),
  rssBytes: () => process.memoryUsage.rss(),
  now: () => performance.now(),
};
