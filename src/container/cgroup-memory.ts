import { join } from 'node:path';
import { readText } from './read-text.ts';

/** The kernel's files, which have other names in each version. */
const FILES = {
  1: {
    limits: ['memory.limit_in_bytes'],
    usage: 'memory.usage_in_bytes',
    inactiveFile: /^total_inactive_file (\d+)$/m,
  },
  // Beyond `memory.high` the kernel takes memory back, and slows down whoever wants more: a service is over well before `max`.
  2: {
    limits: ['memory.max', 'memory.high'],
    usage: 'memory.current',
    inactiveFile: /^inactive_file (\d+)$/m,
  },
} as const;

/** The memory of one cgroup: its limits, and its charge. */
export class CgroupMemory {
  readonly #version: 1 | 2;
  readonly #directory: string;

  constructor(version: 1 | 2, directory: string) {
    this.#version = version;
    this.#directory = directory;
  }

  /** The smallest of its own limits, in bytes; undefined without one. Version 1 writes none as a number above all memory. */
  limitBytes(totalBytes: number): number | undefined {
    const limits = FILES[this.#version].limits
      .map((name) => this.#read(name))
      .filter((bytes) => bytes > 0 && bytes <= totalBytes);
    return limits.length === 0 ? undefined : Math.min(...limits);
  }

  /**
   * The working set as Kubernetes defines it, in bytes. The kernel takes back file pages that nobody has read twice before it kills a
   * process, so they are subtracted. Undefined if a file can't be read.
   */
  workingSetBytes(): number | undefined {
    const { usage, inactiveFile } = FILES[this.#version];
    const usedBytes = this.#read(usage);
    const inactiveBytes = Number(inactiveFile.exec(this.#text('memory.stat'))?.[1] ?? Number.NaN);
    // Both files are read one after the other, so the difference may come out below zero.
    const bytes = Math.max(0, usedBytes - inactiveBytes);
    return Number.isFinite(bytes) ? bytes : undefined;
  }

  /** @returns NaN for `max`, and where there is no such file */
  #read(name: string): number {
    return Number(this.#text(name) || Number.NaN);
  }

  #text(name: string): string {
    return readText(join(this.#directory, name)) ?? '';
  }
}
