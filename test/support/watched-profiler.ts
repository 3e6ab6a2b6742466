import type { NativeProfiler } from '../../src/record/rotation.ts';
import type { NativeProfile } from '../../src/record/segment.ts';
import { untouched } from './native-profiler.ts';

/** V8's own profiler, with a record of the calls. Tests may have it return something else. */
export interface WatchedProfiler extends NativeProfiler {
  readonly calls: string[];
  readonly titles: Set<string>;
  /** Titles that run now. */
  readonly running: Set<string>;
  mostRunning: number;
  timesEmptied: number;
  change: (profile: NativeProfile | null) => NativeProfile | null;
}

export function watchProfiler(native: NativeProfiler = untouched): WatchedProfiler {
  const watched: WatchedProfiler = {
    calls: [],
    titles: new Set(),
    running: new Set(),
    mostRunning: 0,
    timesEmptied: 0,
    change: (profile) => profile,
    start(title) {
      watched.calls.push(`start ${title}`);
      native.start(title);
      watched.titles.add(title);
      watched.running.add(title);
      watched.mostRunning = Math.max(watched.mostRunning, watched.running.size);
    },
    stop(title) {
      watched.calls.push(`stop ${title}`);
      watched.running.delete(title);
      if (watched.running.size === 0) watched.timesEmptied++;
      return watched.change(native.stop(title));
    },
  };
  return watched;
}

/** As V8 returns it while its thread is stuck: with samples of starts only, which are taken on the thread that makes them. */
export function withoutTicks(profile: NativeProfile | null): NativeProfile | null {
  return profile && { ...profile, samples: profile.samples.slice(0, 1) };
}
