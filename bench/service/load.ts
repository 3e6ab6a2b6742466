import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import autocannon from 'autocannon';
import type { Load, LoadResult } from '../live/load.ts';

/** Above anything that a run can take. */
const TIMEOUT_SECONDS = 300;
const MAX_GROUPS = 64;

export interface Pattern {
  /** Requests that are open at once. */
  readonly contexts: number;
  /** Requests one after the other on each connection. */
  readonly rounds: number;
  /** How long the server takes for one. */
  readonly requestMs: number;
}

/** Keeps that many requests open. They begin spread over the time of one, because requests that begin at once also end at once. */
export function startLoad(url: string, { contexts, rounds, requestMs }: Pattern): Load {
  const groupCount = Math.min(contexts, MAX_GROUPS);
  const connections = contexts / groupCount;
  const latenciesMs: number[] = [];
  const stopped = new AbortController();
  setMaxListeners(groupCount, stopped.signal);
  const startGroup = async (_: unknown, group: number): Promise<number> => {
    await delay((requestMs * group) / groupCount, undefined, stopped).catch(() => {});
    const amount = connections * rounds;
    if (stopped.signal.aborted) return amount;
    return (
      amount -
      (await send({ url, connections, amount, timeout: TIMEOUT_SECONDS }, latenciesMs, stopped.signal))
    );
  };
  const finished = Promise.all(Array.from({ length: groupCount }, startGroup)).then(
    (failed): LoadResult => ({ latenciesMs, failed: failed.reduce((sum, count) => sum + count, 0) }),
  );
  return { finished, stop: () => stopped.abort() };
}

/** @returns how many were answered with success */
function send(
  options: autocannon.Options & { connections: number },
  latenciesMs: number[],
  stopped: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const instance = autocannon(options, (error, result) => {
      if (error) reject(error);
      else resolve(result['2xx']);
    });
    stopped.addEventListener('abort', () => instance.stop());
    let answered = 0;
    // Its own histogram keeps three digits, where milliseconds of seconds are looked for, and the warm-up.
    instance.on('response', (_client, _status, _bytes, tookMs) => {
      if (++answered > options.connections) latenciesMs.push(tookMs);
    });
  });
}
