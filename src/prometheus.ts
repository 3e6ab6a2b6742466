import { Counter, Gauge, type Registry } from 'prom-client';
import type { Metric } from './observe/metric.ts';
import { METRICS, readMetric } from './observe/metrics.ts';

const PREFIX = 'sentry_bounded_profiling';

/**
 * Registers the statistics of all clients of this process as metrics, read when the registry is scraped. The names begin with
 * `sentry_bounded_profiling_`. In a `node:cluster`, prom-client's own aggregator adds the workers up, and tells the worst of rates,
 * shares and delays.
 *
 * @param registry of `prom-client` 14 or 15. Called twice with the same one, it throws prom-client's error for a name that is taken
 */
export function registerProfilingMetrics(registry: Registry): void {
  for (const metric of METRICS) register(metric, registry);
}

function register(metric: Metric, registry: Registry): void {
  const options = {
    name: nameOf(metric),
    help: metric.help,
    labelNames: [...metric.labelNames],
    aggregator: metric.together,
    registers: [registry],
  };
  if (metric.kind === 'counter') {
    new Counter({
      ...options,
      collect() {
        // prom-client can only raise a counter: it starts from 0 again, because the statistics are sums.
        this.reset();
        for (const { labels, value } of readMetric(metric)) this.inc(labels, value);
      },
    });
  } else {
    new Gauge({
      ...options,
      collect() {
        const readings = readMetric(metric);
        this.reset();
        // Without a client there is no level: 0, which prom-client would tell, means something else.
        if (readings.length === 0) this.remove({});
        for (const { labels, value } of readings) this.set(labels, value);
      },
    });
  }
}

function nameOf({ name, unit, kind }: Metric): string {
  return [PREFIX, name, ...(unit ? [unit] : []), ...(kind === 'counter' ? ['total'] : [])].join('_');
}
