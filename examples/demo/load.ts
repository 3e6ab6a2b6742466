import autocannon from 'autocannon';

/** Above anything that a run can take. */
const TIMEOUT_SECONDS = 60;

/** How the requests fared. */
export interface LoadResult {
  answered: number;
  p99Ms: number;
}

/** Requests under way. */
export interface Load {
  finished: Promise<LoadResult>;
  /** Gives up the requests that are open. */
  stop(): void;
}

/** Sends a fixed number of requests over a fixed number of connections, each with one request open at a time. */
export function startLoad(
  url: string,
  { connections, requests }: { connections: number; requests: number },
): Load {
  const options = { url, connections, amount: requests, timeout: TIMEOUT_SECONDS };
  let instance: autocannon.Instance | undefined;
  const finished = new Promise<LoadResult>((resolve, reject) => {
    instance = autocannon(options, (error, result) => {
      if (error) reject(error);
      else resolve({ answered: result['2xx'], p99Ms: result.latency.p99 });
    });
  });
  return { finished, stop: () => instance?.stop() };
}
