import type { Frame } from '../../src/profile/types.ts';
import type { NativeProfile } from '../../src/record/segment.ts';

/** One tick, or a sample of a start: when, since the start of the profile, and the names of its functions, leaf first. */
export type RawTick = readonly [elapsedMs: number, ...names: string[]];

/** A frame as the native profiler writes it. */
export function nativeFrame(name: string): Frame {
  const path = `/app/${name}.js`;
  return { lineno: 1, colno: 1, function: name, abs_path: path, filename: path, module: name };
}

/** A profile as the native profiler returns it for a transaction: with a frame for each place in the tree of calls. */
export function rawProfile(ticks: readonly RawTick[], measured: readonly number[] = []): NativeProfile {
  const frames: Frame[] = [];
  const stacks: number[][] = [];
  const ids = new Map<string, number>();
  const places = new Map<string, number>();
  const placeOf = (names: readonly string[]): number => {
    const path = names.join();
    const place = places.get(path) ?? frames.push(nativeFrame(names[0] as string)) - 1;
    places.set(path, place);
    return place;
  };
  const samples = ticks.map(([elapsedMs, ...names]) => {
    const key = names.join();
    const stackId = ids.get(key) ?? stacks.push(names.map((_, i) => placeOf(names.slice(i)))) - 1;
    ids.set(key, stackId);
    const elapsedNs = String(Math.round(elapsedMs * 1e6));
    return { stack_id: stackId, thread_id: '0', elapsed_since_start_ns: elapsedNs };
  });
  const values = measured.map((elapsedMs, value) => ({ value, elapsed_since_start_ns: elapsedMs * 1e6 }));
  const measurements = measured.length === 0 ? {} : { cpu_usage: { unit: 'percent', values } };
  return { samples, stacks, frames, measurements };
}
