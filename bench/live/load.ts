/** How the requests fared. */
export interface LoadResult {
  readonly latenciesMs: readonly number[];
  /** Requests that were not answered with success. */
  readonly failed: number;
}

/** Requests under way. */
export interface Load {
  readonly finished: Promise<LoadResult>;
  /** Gives up the requests that are open. */
  stop(): void;
}
