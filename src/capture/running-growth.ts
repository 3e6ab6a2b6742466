/** Learned growth of profiles that run. */
export interface RunningGrowth {
  /** What a profile is expected to take when it has run for so long, in bytes. */
  bytesAfter(ranMs: number): number;
  observe(bytes: number, ranMs: number): void;
}

/** 20 s of a real service took 3.3 MB of native memory, and some of it again in objects when it was stopped. */
const START_BYTES_PER_SECOND = 250 * 1024;

/** A call tree grows quickly at first: what is shorter says nothing about a long one. */
const MIN_OBSERVED_MS = 1000;

/** Share of the difference that one profile moves the average by: large, for the first one has a guess to correct. */
const GAIN = 0.5;

/**
 * What the next profile will hold is learned from those before it, and one that runs for longer than they did outgrows
 * that. So its price is set anew as it ages.
 */
export function learnRunningGrowth(): RunningGrowth {
  let bytesPerSecond = START_BYTES_PER_SECOND;
  return {
    bytesAfter: (ranMs) => (bytesPerSecond * ranMs) / 1000,
    observe(bytes, ranMs) {
      if (ranMs < MIN_OBSERVED_MS) return;
      bytesPerSecond += GAIN * ((1000 * bytes) / ranMs - bytesPerSecond);
    },
  };
}
