import { isMainThread, threadId } from 'node:worker_threads';
import { TimeSlicer } from '../pace/time-slicer.ts';
import { Recorder } from '../record/recorder.ts';
import { replaceMethod } from '../replace-method.ts';
import { survive, tellFailure } from '../survive.ts';
import { findAddons, type NativeAddon } from './native-addon.ts';

/** A client that decides about starts and stops of V8 profiles. */
export interface SeamListener {
  /** Whether this client makes the current start. */
  isStarting(): boolean;
  /**
   * Marks the start of a profile in the recording, or refuses it. After a refusal, the SDK's stop finds no profile, and the SDK
   * goes on without one.
   */
  onStart(id: string, recorder: Recorder): void;
  /** @returns the stand-in for the profile, null if the profile is gone, undefined if it belongs to another client */
  onStop(id: string): object | null | undefined;
}

interface Junction {
  readonly listeners: Set<SeamListener>;
  readonly restore: () => void;
}

/** The profiler belongs to the process, so its clients share the replaced methods and the recording. */
const junctions = new Map<NativeAddon, Junction>();

/** Format 0, of a transaction's profile, has times in microseconds. */
const MICROSECONDS = 0;

/** Longest stretch of the event loop that interning takes, in milliseconds. */
const MAX_SLICE_MS = 5;

/**
 * Stands between the SDK and the native profiler, where every V8 profile of every SDK line starts and stops.
 *
 * @returns a function that takes the listener away. Undefined where no profiler is loaded, and in a worker, where profiles crash
 *   (getsentry/sentry-javascript#20029)
 */
export function attachToSeam(listener: SeamListener): (() => void) | undefined {
  const addons = isMainThread ? findAddons() : [];
  if (addons.length === 0) return undefined;
  const detachAll = addons.map((addon) => {
    const junction = junctions.get(addon) ?? createJunction(addon);
    junctions.set(addon, junction);
    junction.listeners.add(listener);
    return () => {
      junction.listeners.delete(listener);
      if (junction.listeners.size > 0) return;
      junction.restore();
      junctions.delete(addon);
    };
  });
  return () => {
    for (const detach of detachAll) detach();
  };
}

function createJunction(addon: NativeAddon): Junction {
  const listeners = new Set<SeamListener>();
  const start = addon.startProfiling;
  const stop = addon.stopProfiling;
  const recorder = new Recorder(
    {
      // The function has a name for people who find it in a profile.
      start: function startProfiling(title) {
        start.call(addon, title);
      },
      stop: (title) => stop.call(addon, title, MICROSECONDS, threadId, false),
    },
    new TimeSlicer(MAX_SLICE_MS),
    tellFailure,
  );
  const restoreStart = replaceMethod(addon, 'startProfiling', (id) => {
    const owner = [...listeners].find((listener) => listener.isStarting());
    if (owner === undefined) start.call(addon, id);
    else survive(() => owner.onStart(id, recorder));
  });
  const restoreStop = replaceMethod(addon, 'stopProfiling', (id, ...rest) => {
    for (const listener of listeners) {
      const profile = survive(() => listener.onStop(id));
      if (profile !== undefined) return profile as ReturnType<NativeAddon['stopProfiling']>;
    }
    return stop.call(addon, id, ...rest);
  });
  return {
    listeners,
    restore() {
      restoreStart();
      restoreStop();
    },
  };
}
