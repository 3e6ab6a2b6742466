import type { ThinningLoss } from '../deliver/thinning.ts';

/** Counts of profiles that were over a limit of size. */
export interface OversizedStats {
  /** Chunks that were sent in several parts, with no sample left out. */
  readonly split: number;
  /** Profiles of transactions that were thinned to fit. */
  readonly thinned: number;
  /** Share of their samples that the thinned ones have kept, 0 to 1, all together; 1 if there were none. */
  readonly sampleShare: number;
  /**
   * The most that thinning has moved the shares of time that the functions of one profile took themselves, 0 to 1: total
   * variation distance, half of the sum of all differences.
   */
  readonly selfTimeDistance: number;
}

/** Counts profiles that were split or thinned because they were too large. */
export class Oversized {
  #split = 0;
  #thinned = 0;
  #samplesBefore = 0;
  #samplesKept = 0;
  #selfTimeDistance = 0;

  get stats(): OversizedStats {
    return {
      split: this.#split,
      thinned: this.#thinned,
      sampleShare: this.#thinned === 0 ? 1 : this.#samplesKept / this.#samplesBefore,
      selfTimeDistance: this.#selfTimeDistance,
    };
  }

  addSplit(): void {
    this.#split++;
  }

  addThinned({ samplesBefore, samplesKept, selfTimeDistance }: ThinningLoss): void {
    this.#thinned++;
    this.#samplesBefore += samplesBefore;
    this.#samplesKept += samplesKept;
    this.#selfTimeDistance = Math.max(this.#selfTimeDistance, selfTimeDistance);
  }
}
