import { stat, writeFile } from 'node:fs/promises';
import { parse } from 'node:path';
import { encodeProfile } from '../encoder.ts';
import { toCpuProfile } from './cpu-profile.ts';
import { functionsIn } from './functions.ts';
import { NoProfileError } from './no-profile-error.ts';
import type { ReadProfile } from './read-profile.ts';
import type { Timeline } from './timelines.ts';

/** A single sample has no duration that could be shown. */
const MIN_SAMPLES = 2;

/** Writes profiles to files. The format has one thread, so each further one goes beside the first, as `OUT-2.cpuprofile`. */
export class CpuProfileFiles {
  /** Lines for people: each file's name, and the thread that is in it. */
  readonly written: string[] = [];
  readonly #path: string;
  readonly #input: string;

  /** @param input the file that is read, and must not be overwritten */
  constructor(path: string, input: string) {
    this.#path = path;
    this.#input = input;
  }

  /**
   * Writes each thread of a profile, the busiest first.
   *
   * @param number of its item; undefined for a profile without an envelope
   * @throws errors of `node:fs`
   */
  async write(profile: ReadProfile, number: number | undefined): Promise<void> {
    const item = number === undefined ? '' : `item ${number}, `;
    const threads = profile.timelines
      .filter(({ stackIds }) => stackIds.length >= MIN_SAMPLES)
      .map((timeline) => ({ timeline, busy: busySamples(profile, timeline) }))
      .sort((a, b) => b.busy - a.busy);
    if (threads.length === 0)
      throw new NoProfileError('no thread has two samples that a .cpuprofile could show');
    for (const { timeline } of threads) {
      const path = this.#nextPath();
      if (await isSameFile(path, this.#input))
        throw new Error(`${path} is the input, and would be overwritten`);
      // In blocks: the text may be longer than a string can be.
      await writeFile(path, encodeProfile(toCpuProfile(profile, timeline)));
      this.written.push(`${path}: ${item}thread ${timeline.threadId}, ${timeline.stackIds.length} samples`);
    }
  }

  #nextPath(): string {
    if (this.written.length === 0) return this.#path;
    const { ext } = parse(this.#path);
    const stem = ext === '' ? this.#path : this.#path.slice(0, -ext.length);
    return `${stem}-${this.written.length + 1}${ext}`;
  }
}

/** By the place on the disk, because a file may have several paths. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path).catch(() => undefined)));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}

function busySamples({ payload: { stacks }, functions }: ReadProfile, { stackIds }: Timeline): number {
  const isBusy = (id: number): boolean => functionsIn(stacks[id] as readonly unknown[], functions).length > 0;
  return stackIds.reduce((busy, id) => busy + (isBusy(id) ? 1 : 0), 0);
}
