import pThrottle from 'p-throttle';
import type { Load, LoadResult } from '../live/load.ts';
import { PACKAGES, VERSIONS } from './packages.mjs';

export const REQUESTS_PER_SECOND = 60;

/** Sends the requests of an installation, by the clock and whether or not the last answer has come. */
export function startLoad(origin: string, forMs: number, warmUpMs: number): Load {
  const stopped = new AbortController();
  // One at a time: as many within a second, they would come at its beginning.
  const throttle = pThrottle({ limit: 1, interval: 1000 / REQUESTS_PER_SECOND });
  const latenciesMs: number[] = [];
  const startMs = performance.now();
  const ask = throttle(async (number: number): Promise<boolean> => {
    const askedMs = performance.now();
    const isAnswered = await get(`${origin}/${pathOf(number)}`, stopped.signal);
    if (askedMs - startMs > warmUpMs) latenciesMs.push(performance.now() - askedMs);
    return isAnswered;
  });
  const count = Math.round((forMs / 1000) * REQUESTS_PER_SECOND);
  const finished = Promise.all(Array.from({ length: count }, (_, number) => ask(number))).then(
    (answered): LoadResult => ({ latenciesMs, failed: answered.filter((isAnswered) => !isAnswered).length }),
  );
  return { finished, stop: () => stopped.abort() };
}

/** Metadata and tarballs in turn, of one package after the other. */
function pathOf(number: number): string {
  const turn = Math.floor(number / 2);
  const name = PACKAGES[turn % PACKAGES.length];
  if (number % 2 === 0) return `${name}`;
  return `${name}/-/${name}-${VERSIONS[turn % VERSIONS.length]}.tgz`;
}

async function get(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
