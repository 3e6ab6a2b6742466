/** Shares of the maximum of the old generation that decide how much profiling memory allows. */
export interface Watermarks {
  /** Below it the rate recovers. */
  readonly low: number;
  /** From it on the rate falls. Between the two it holds. */
  readonly high: number;
  /** From it on profiling pauses. V8 gives up at 0.80 when collections yield too little. */
  readonly critical: number;
}

/** All that the governor knows of the process. A signal that is no finite number of at least 0 counts as no pressure. */
export interface Signals {
  /** Live bytes of the old generation after the last major collection, as a share of its maximum. 0 before the first. */
  readonly heapLiveRatio: number;
  /** Major collections so far. By it, a fresh `heapLiveRatio` is told from one that was acted on. */
  readonly heapCollections: number;
  /** Bytes of the old generation in use now, garbage included, as a share of its maximum. */
  readonly heapUsedRatio: number;
  /** The working set of the container as a share of its limit. 0 where there is none. */
  readonly containerRatio: number;
  /** Contexts that are under way and may be profiled. */
  readonly activeContexts: number;
  /** Bytes that one profile is expected to hold. */
  readonly expectedBytes: number;
  /** Room for running profiles: the budget less the bytes that finished ones hold. Unlike the others, 0 means that there is none. */
  readonly availableBytes: number;
}

/** The signal, or 0 in place of a value that can't be one. */
export function usable(signal: number): number {
  return Number.isFinite(signal) && signal > 0 ? signal : 0;
}
