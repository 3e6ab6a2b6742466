import type { Frame, Profile, Sample } from '../../src/profile/types.ts';

const HOTTEST = 20;

/** The share of the time that each function took itself: a sample stands for the time until the next one. */
export function selfTimeShares({ profile: { samples, stacks, frames } }: Profile): Map<string, number> {
  const shares = new Map<string, number>();
  const at = (i: number): number => Number((samples[i] as Sample).timestamp);
  const total = at(samples.length - 1) - at(0);
  for (let i = 0; i + 1 < samples.length; i++) {
    const [leaf] = stacks[(samples[i] as Sample).stack_id] as number[];
    const name = leaf === undefined ? '' : nameOf(frames[leaf] as Frame);
    shares.set(name, (shares.get(name) ?? 0) + (at(i + 1) - at(i)) / total);
  }
  return shares;
}

function nameOf({ function: name, abs_path, lineno, colno }: Frame): string {
  return [name, abs_path, lineno, colno].join(' ');
}

export interface Comparison {
  /** Of any function, as a share of the whole time. */
  readonly largestError: number;
  /** Of the pairs that the hottest functions make, how many are in the order they were in. */
  readonly orderedPairs: number;
  readonly pairs: number;
}

export function compareShares(before: Map<string, number>, after: Map<string, number>): Comparison {
  const errors = [...before].map(([name, share]) => Math.abs((after.get(name) ?? 0) - share));
  const hottest = [...before].sort((a, b) => b[1] - a[1]).slice(0, HOTTEST);
  const shares = hottest.map(([name]) => after.get(name) ?? 0);
  let orderedPairs = 0;
  for (const [i, share] of shares.entries()) {
    orderedPairs += shares.slice(i + 1).filter((colder) => colder <= share).length;
  }
  return { largestError: Math.max(...errors), orderedPairs, pairs: (HOTTEST * (HOTTEST - 1)) / 2 };
}
