import { median } from '../support/numbers.ts';
import type { Measurement } from './measurement.ts';
import type { Mode } from './messages.ts';
import type { Run } from './run-all.ts';

/** A figure of several runs. All are NaN where nothing was measured. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

type Pick = (measurement: Measurement) => number;

/** The runs of one case. */
export class Comparison {
  readonly #runs: readonly Run[];

  constructor(all: readonly Run[], name: string) {
    this.#runs = all.filter((run) => run.name === name);
  }

  figure(mode: Mode, pick: Pick): Figure {
    return figureOf(this.#measured(mode).map(({ measurement }) => pick(measurement)));
  }

  /** The cost of a mode over the run without profiling before it: both met the machine in the same minute. */
  overNone(mode: Mode, pick: Pick): Figure {
    return figureOf(this.#overNone(mode, pick).map(({ value }) => value));
  }

  /** The cost of the integration, as a share of the stock SDK's in the same minute. */
  oursToStock(pick: Pick): Figure {
    const stock = this.#overNone('stock', pick);
    return figureOf(
      this.#overNone('ours', pick).flatMap(({ round, value }) => {
        const beside = stock.find((other) => other.round === round);
        return beside === undefined ? [] : value / beside.value;
      }),
    );
  }

  /** Why runs of a mode failed, each reason once. */
  failures(mode: Mode): string[] {
    return [...new Set(this.#runs.flatMap((run) => (run.mode === mode ? (run.failure ?? []) : [])))];
  }

  #overNone(mode: Mode, pick: Pick): { round: number; value: number }[] {
    const none = this.#measured('none');
    return this.#measured(mode).flatMap(({ round, measurement }) => {
      const base = none.find((other) => other.round === round);
      return base === undefined ? [] : { round, value: pick(measurement) - pick(base.measurement) };
    });
  }

  #measured(mode: Mode): { round: number; measurement: Measurement }[] {
    return this.#runs.flatMap(({ round, measurement, mode: own }) =>
      own === mode && measurement !== undefined ? { round, measurement } : [],
    );
  }
}

function figureOf(values: readonly number[]): Figure {
  if (values.length === 0) return { median: Number.NaN, min: Number.NaN, max: Number.NaN };
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** The share that arrived, from 0 to 1: of the requests in span mode, of the time that requests were open with chunks. */
export function deliveredShare({ chunks, coveredShare, profiles, transactions }: Measurement): number {
  return chunks > 0 ? coveredShare : profiles / transactions;
}
