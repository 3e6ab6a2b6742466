import type { SampledProfile } from '../profile/types.ts';

/** The native profiler counts from a wall clock read in whole milliseconds: the two times of one tick differ by as much. */
const SAME_TICK_SECONDS = 0.002;

/** The next chunk starts right before the last one is stopped: what seems to overlap by more has a clock set back in between. */
const MAX_OVERLAP_SECONDS = 3;

/**
 * The next chunk starts before the last one is stopped: with no V8 profile running, V8 would throw away what it knows of
 * the code and build it anew (nodejs/diagnostics#444). The ticks that both have seen are taken out of the later one.
 */
export class ChunkOverlap {
  #endSeconds = Number.NEGATIVE_INFINITY;

  /** @param profile of a chunk; one of a transaction has no timestamps and stays as it is */
  trim({ samples }: SampledProfile): void {
    const times = samples.flatMap(({ timestamp }) => timestamp ?? []);
    if (times.length < samples.length || times.length === 0) return;
    // V8 lists the sample that it takes at a start before ticks that came earlier: neither end need be the outermost.
    const first = times.reduce((least, time) => Math.min(least, time));
    const last = times.reduce((most, time) => Math.max(most, time));
    const seenUntil = this.#endSeconds + SAME_TICK_SECONDS;
    const isSetBack = seenUntil - first > MAX_OVERLAP_SECONDS;
    this.#endSeconds = isSetBack ? last : Math.max(this.#endSeconds, last);
    if (isSetBack) return;
    let kept = 0;
    for (const [i, sample] of samples.entries()) {
      if ((times[i] as number) > seenUntil) samples[kept++] = sample;
    }
    samples.length = kept;
  }
}
