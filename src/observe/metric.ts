import type { ProfilingStats } from './stats.ts';

/** One figure of all clients together, by its labels. */
export interface Reading {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The way in which figures of several clients, or of the workers of a cluster, are put together. */
export type Together = 'sum' | 'min' | 'max';

/** A figure as metrics know it: a sum that only rises, or a level. */
export interface Metric {
  /** Without prefix and unit. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  /** A base unit; undefined for a count. */
  readonly unit: 'bytes' | 'seconds' | 'ratio' | undefined;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** The same for several processes. */
  readonly together: Together;
  read(all: readonly ProfilingStats[]): readonly Reading[];
}

/** @returns undefined where there is no such figure now */
type Figure = (stats: ProfilingStats) => number | undefined;

const US_PER_MS = 1000;
const US_PER_SECOND = 1_000_000;

const COMBINE: Readonly<Record<Together, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((total, value) => total + value, 0),
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
};

export function counter(name: string, help: string, pick: Figure, unit?: Metric['unit']): Metric {
  return unlabelled({ name, kind: 'counter', unit, help, together: 'sum' }, 'sum', pick);
}

export function gauge(name: string, help: string, pick: Figure, unit?: Metric['unit']): Metric {
  return unlabelled({ name, kind: 'gauge', unit, help, together: 'sum' }, 'sum', pick);
}

/** A figure of the process. Each client tells the same, so clients must not be added up; processes are. */
export function shared(
  kind: Metric['kind'],
  name: string,
  help: string,
  pick: Figure,
  unit?: Metric['unit'],
): Metric {
  return unlabelled({ name, kind, unit, help, together: 'sum' }, 'max', pick);
}

/** A level of which the worst of all clients and processes says most. */
export function worst(
  name: string,
  help: string,
  together: 'min' | 'max',
  pick: Figure,
  unit: Metric['unit'] = 'ratio',
): Metric {
  return unlabelled({ name, kind: 'gauge', unit, help, together }, together, pick);
}

/**
 * A time that the statistics have in milliseconds, told in seconds. It is added up in whole microseconds: sums of fractions depend on
 * their order, and a counter that falls by the last digit looks like one of a new process.
 */
export function seconds(
  kind: 'counter' | 'shared counter' | 'slowest',
  name: string,
  help: string,
  pickMs: (stats: ProfilingStats) => number,
): Metric {
  const metric = inMicroseconds(kind, name, help, (stats) => Math.round(pickMs(stats) * US_PER_MS));
  const read: Metric['read'] = (all) =>
    metric.read(all).map(({ labels, value }) => ({ labels, value: value / US_PER_SECOND }));
  return { ...metric, read };
}

function inMicroseconds(
  kind: Parameters<typeof seconds>[0],
  name: string,
  help: string,
  pick: Figure,
): Metric {
  switch (kind) {
    case 'counter':
      return counter(name, help, pick, 'seconds');
    case 'shared counter':
      return shared('counter', name, help, pick, 'seconds');
    case 'slowest':
      return worst(name, help, 'max', pick, 'seconds');
  }
}

export function labelled<Label extends string>(
  kind: Metric['kind'],
  name: string,
  help: string,
  labelName: string,
  labels: readonly Label[],
  pick: (stats: ProfilingStats, label: Label) => number,
): Metric {
  const read = (all: readonly ProfilingStats[]): Reading[] =>
    labels.map((label) => ({
      labels: { [labelName]: label },
      value: COMBINE.sum(all.map((stats) => pick(stats, label))),
    }));
  return { name, kind, unit: undefined, help, labelNames: [labelName], together: 'sum', read };
}

/** @param clients how those of one process come to one figure */
function unlabelled(metric: Omit<Metric, 'labelNames' | 'read'>, clients: Together, pick: Figure): Metric {
  const read = (all: readonly ProfilingStats[]): Reading[] => {
    const values = all.map(pick).filter((value) => value !== undefined);
    return values.length === 0 ? [] : [{ labels: {}, value: COMBINE[clients](values) }];
  };
  return { ...metric, labelNames: [], read };
}
