import type { Sdk } from '../live/messages.ts';
import type { Case } from '../live/run-all.ts';
import { startLoad } from './load.ts';

/** A line of the SDK under ever more requests at once. */
export interface Series {
  readonly sdk: Sdk;
  readonly title: string;
  readonly contexts: readonly number[];
  /** Requests one after the other on each connection. */
  readonly rounds: number;
}

/** How long a request is open. */
export const REQUEST_MS = 4000;

const SPANS = { sdk: '10', title: 'SDK 10, a profile for each request' } as const;
/** Long enough for the stock SDK to cut a chunk by the clock, which it does after 60 s. */
const CHUNKS = { sdk: '11', title: 'SDK 11, in chunks', rounds: 16 } as const;

export const FULL: readonly Series[] = [
  { ...SPANS, contexts: [1, 8, 64, 512], rounds: 6 },
  { ...CHUNKS, contexts: [1, 8, 64] },
];
export const QUICK: readonly Series[] = [
  { ...SPANS, contexts: [8, 128], rounds: 3 },
  { ...CHUNKS, contexts: [8], rounds: 4 },
];
export const DEMO: Series = { ...SPANS, contexts: [8, 128], rounds: 2 };

/** A case's name, by which its runs are found again. */
export function caseName({ sdk }: Series, contexts: number): string {
  return `SDK ${sdk}, ${contexts} at once`;
}

/** Only the cases with that in their names. */
export function narrow(all: readonly Series[], only: string): Series[] {
  return all
    .map((series) => ({
      ...series,
      contexts: series.contexts.filter((contexts) => caseName(series, contexts).includes(only)),
    }))
    .filter(({ contexts }) => contexts.length > 0);
}

export function planCases(all: readonly Series[]): Case[] {
  return all.flatMap((series) => series.contexts.map((contexts) => planCase(series, contexts)));
}

function planCase(series: Series, contexts: number): Case {
  const { sdk, rounds } = series;
  return {
    name: caseName(series, contexts),
    sdk,
    subject: {
      script: new URL('app/server.mjs', import.meta.url),
      args: () => [],
      env: { CONTEXTS: String(contexts), REQUEST_MS: String(REQUEST_MS) },
      startLoad: (origin) => startLoad(`${origin}/report`, { contexts, rounds, requestMs: REQUEST_MS }),
      loadMs: (rounds + 1) * REQUEST_MS,
      // Until then, more and more are open.
      warmUpMs: REQUEST_MS,
    },
  };
}
