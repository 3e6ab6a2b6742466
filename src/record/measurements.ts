/** Values that the profiler has measured beside the ticks: the heap and the processor, ten times a second. */
export interface Measurement {
  readonly unit: string;
  /** In milliseconds of `performance.now()`. */
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
}

export type Measurements = Readonly<Record<string, Measurement>>;

/** Measurements as the native profiler returns them for a transaction (format 0). */
export type NativeMeasurements = Readonly<
  Record<
    string,
    {
      readonly unit: string;
      readonly values: readonly { readonly value: number; readonly elapsed_since_start_ns: number }[];
    }
  >
>;

const NS_PER_MS = 1e6;

/** @param startMs when the V8 profile started, because its times count from there */
export function readMeasurements(native: NativeMeasurements, startMs: number): Measurements {
  return mapMeasurements(native, ({ unit, values }) => ({
    unit,
    timesMs: values.map(({ elapsed_since_start_ns }) => startMs + elapsed_since_start_ns / NS_PER_MS),
    values: values.map(({ value }) => value),
  }));
}

/** The values within a stretch of time, whose end is no part of it. */
export function cutMeasurements(all: Measurements, fromMs: number, untilMs: number): Measurements {
  return mapMeasurements(all, ({ unit, timesMs, values }) => {
    const isWithin = (_: unknown, i: number): boolean => timesMs[i]! >= fromMs && timesMs[i]! < untilMs;
    return { unit, timesMs: timesMs.filter(isWithin), values: values.filter(isWithin) };
  });
}

/** Joins measurements that follow each other. */
export function joinMeasurements(parts: readonly Measurements[]): Measurements {
  const joined: Record<string, { unit: string; timesMs: number[]; values: number[] }> = {};
  for (const [name, { unit, timesMs, values }] of parts.flatMap((part) => Object.entries(part))) {
    const all = joined[name] ?? { unit, timesMs: [], values: [] };
    joined[name] = all;
    all.timesMs.push(...timesMs);
    all.values.push(...values);
  }
  return joined;
}

function mapMeasurements<Value, Result>(
  all: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, map(value)]));
}
