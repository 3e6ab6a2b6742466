import cluster from 'node:cluster';
import { once } from 'node:events';
import { AggregatorRegistry, register } from 'prom-client';
import type { BoundedProfilingOptions } from '../../src/index.ts';
import { registerProfilingMetrics } from '../../src/prometheus.ts';
import { openClient } from '../support/client.ts';
import { profiledTransaction } from '../support/envelopes.ts';

// The primary of a cluster, and its workers, each with a client of its own. Reports the metrics of all of them together.

interface WorkerRequest {
  readonly profiles: number;
  readonly options: BoundedProfilingOptions;
}

interface Request {
  readonly dsn: string;
  readonly workers: readonly WorkerRequest[];
}

const registry = new AggregatorRegistry();

async function runPrimary({ dsn, workers }: Request): Promise<void> {
  const ready = workers.map(async (worker) => {
    await once(cluster.fork({ WORKER: JSON.stringify({ dsn, ...worker }) }), 'message');
  });
  await Promise.all(ready);
  process.send?.(await registry.clusterMetrics());
  process.disconnect();
  cluster.disconnect();
}

async function runWorker({ dsn, profiles, options }: WorkerRequest & { dsn: string }): Promise<void> {
  registerProfilingMetrics(register);
  const { client, send } = openClient(dsn, options);
  for (let i = 0; i < profiles; i++) await send(profiledTransaction());
  await client.flush(10_000);
  process.send?.('ready');
}

if (cluster.isPrimary) await runPrimary(JSON.parse(process.argv[2] ?? '{}'));
else await runWorker(JSON.parse(process.env.WORKER ?? '{}'));
