import type { SampledProfile } from '../profile/types.ts';

/**
 * The next chunk starts before the last one is stopped: with no V8 profile running, V8 would throw away what it knows of
 * the code and build it anew (nodejs/diagnostics#444). The ticks that both have seen are taken out of the later one.
 */
export class ChunkOverlap {
  #endSeconds = Number.NEGATIVE_INFINITY;

  /** @param profile of a chunk; one of a transaction has no timestamps and stays as it is */
  trim({ samples }: SampledProfile): void {
    const last = samples.at(-1)?.timestamp;
    if (last === undefined) return;
    const first = samples.findIndex(({ timestamp }) => (timestamp as number) > this.#endSeconds);
    samples.splice(0, first === -1 ? samples.length : first);
    this.#endSeconds = Math.max(this.#endSeconds, last);
  }
}
