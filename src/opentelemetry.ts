import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { Metric, Reading } from './observe/metric.ts';
import { METRICS, readMetric } from './observe/metrics.ts';
import type { ProfilingStats } from './observe/stats.ts';

const PREFIX = 'sentry.bounded_profiling';

/** As the semantic conventions for an SDK's own metrics name them: a queue has a size and a capacity. */
const QUEUE_NAMES: Readonly<Record<string, string>> = { held: 'queue.size', budget: 'queue.capacity' };

/** Told as one sum, `processed`, with `error.type` for those that did not arrive. */
const PROCESSED: ReadonlySet<string> = new Set(['profiles_delivered', 'profiles_dropped']);

const UNITS: Readonly<Record<string, string>> = { bytes: 'By', seconds: 's', ratio: '1' };

interface Instrument extends Pick<Metric, 'kind' | 'read'> {
  readonly observable: Observable;
}

/**
 * Observes the statistics of all clients of this process on a meter, whenever that is read. The names begin with
 * `sentry.bounded_profiling.` and follow the semantic conventions for the metrics of an SDK.
 *
 * @param meter of `@opentelemetry/api` 1
 * @returns stops
 */
export function observeProfiling(meter: Meter): () => void {
  const instruments: Instrument[] = METRICS.filter(({ name }) => !PROCESSED.has(name)).map((metric) => ({
    observable: create(meter, metric),
    kind: metric.kind,
    read: metric.read,
  }));
  instruments.push({
    observable: meter.createObservableCounter(`${PREFIX}.processed`, {
      description: 'Profiles that have arrived or, with error.type, have not.',
      unit: '{profile}',
    }),
    kind: 'counter',
    read: readProcessed,
  });
  const observables = instruments.map(({ observable }) => observable);
  const observe = (result: BatchObservableResult): void => {
    for (const instrument of instruments) {
      for (const { labels, value } of readMetric(instrument)) {
        result.observe(instrument.observable, value, { ...labels });
      }
    }
  };
  meter.addBatchObservableCallback(observe, observables);
  return () => meter.removeBatchObservableCallback(observe, observables);
}

function create(meter: Meter, { name, kind, unit, help }: Metric): Observable {
  const fullName = `${PREFIX}.${QUEUE_NAMES[name] ?? name}`;
  const options = { description: help, unit: UNITS[unit ?? ''] ?? '{count}' };
  return kind === 'counter'
    ? meter.createObservableCounter(fullName, options)
    : meter.createObservableGauge(fullName, options);
}

function readProcessed(all: readonly ProfilingStats[]): Reading[] {
  const sum = (pick: (stats: ProfilingStats) => number): number =>
    all.reduce((total, stats) => total + pick(stats), 0);
  const reasons = new Set(all.flatMap(({ dropped }) => Object.keys(dropped)));
  reasons.delete('total');
  return [
    { labels: {}, value: sum(({ delivered }) => delivered) },
    ...Array.from(reasons, (reason) => ({
      labels: { 'error.type': reason },
      value: sum(({ dropped }) => dropped[reason as keyof typeof dropped] ?? 0),
    })),
  ];
}
