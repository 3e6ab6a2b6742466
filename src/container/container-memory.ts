import { totalmem } from 'node:os';
import { constrainedBytes } from '../process-limits.ts';
import { CgroupMemory } from './cgroup-memory.ts';
import { findOwnCgroup } from './own-cgroup.ts';

/** Sources of the readings. Tests put file trees of other systems here. */
export interface ContainerMemorySource {
  /** Prefix of the paths below `/proc` and `/sys`. */
  readonly root: string;
  /** All memory of the machine, in bytes. */
  readonly totalBytes: number;
  /** The limit that Node reports for the process, in bytes; undefined if it reports none. */
  constrainedBytes(): number | undefined;
  /** Resident memory of the process, in bytes. */
  rssBytes(): number;
  /** A clock that never goes back, in ms. */
  now(): number;
}

/** The cgroup is looked for again so seldom, because processes rarely move, and limits rarely come at another level. */
const FIND_INTERVAL_MS = 30_000;

interface Limited {
  /** Undefined where only Node knows the limit. */
  readonly cgroup: CgroupMemory | undefined;
  readonly limitBytes: number;
}

/**
 * Reads the memory of the container, that of all its processes together, because the kernel's OOM killer and Kubernetes count so.
 *
 * The container is the nearest cgroup with a limit, from this process upward. If a cgroup above has a smaller limit, that one counts,
 * because it fills up first. If no cgroup shows a limit and Node knows one, the resident memory of this process is compared with it.
 */
export class ContainerMemory {
  readonly #source: ContainerMemorySource;
  #limited: Limited | undefined;
  #foundAtMs = Number.NEGATIVE_INFINITY;

  constructor(source: ContainerMemorySource = PROCESS_SOURCE) {
    this.#source = source;
  }

  /** The limit at the last reading, in bytes; undefined if there is none. */
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
    if (least !== undefined) return least;
    const limitBytes = this.#source.constrainedBytes();
    return limitBytes === undefined ? undefined : { cgroup: undefined, limitBytes };
  }
}

const PROCESS_SOURCE: ContainerMemorySource = {
  root: '/',
  totalBytes: totalmem(),
  constrainedBytes: () => constrainedBytes(),
  rssBytes: () => process.memoryUsage.rss(),
  now: () => performance.now(),
};
