export interface BenchOptions {
  /** Less of everything; nothing is written. */
  readonly isQuick: boolean;
  /** Repetitions of each case, where a benchmark leaves that open. */
  readonly runs: number;
  /** Only cases with this in their name; nothing is written. */
  readonly only: string;
}
