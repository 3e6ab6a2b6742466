import type { BoundedProfilingOptions } from '../../src/index.ts';

const MiB = 1024 * 1024;

/** A kind of deployment to measure: its limits of memory, and the options of the integration in it. */
export interface Place {
  readonly name: string;
  /** `--max-old-space-size` of each process, in MiB. */
  readonly oldSpaceMiB: number;
  /** Of the integration, in each process. */
  readonly options: BoundedProfilingOptions;
  /** Processes that share the requests. */
  readonly workers: number;
  /** Requests that are open at once, in all processes together. */
  readonly contexts: number;
}

/** How long a request is open, and how many follow each other on a connection. */
export const REQUEST_MS = 2000;
export const ROUNDS = 4;

export const PLACES: readonly Place[] = [
  {
    name: 'container of 256 MB',
    oldSpaceMiB: 160,
    options: { memoryBudgetBytes: 4 * MiB },
    workers: 1,
    contexts: 64,
  },
  { name: 'service of 1 GB', oldSpaceMiB: 768, options: {}, workers: 1, contexts: 128 },
  {
    name: 'eight cluster workers',
    oldSpaceMiB: 256,
    options: { memoryBudgetBytes: 4 * MiB },
    workers: 8,
    contexts: 64,
  },
];

/** A function that is called again and again, and sends all before it returns. */
export const FUNCTION = {
  name: 'function of 256 MB',
  oldSpaceMiB: 192,
  options: { memoryBudgetBytes: 2 * MiB } satisfies BoundedProfilingOptions,
  calls: 20,
  callMs: 250,
};
