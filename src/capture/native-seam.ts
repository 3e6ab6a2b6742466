import { replaceMethod } from '../replace-method.ts';
import { findBindings, type NativeProfile, type ProfilerBindings } from './bindings.ts';
import { survive } from './survive.ts';

/** One client's say in the starts and stops of its V8 profiles. */
export interface SeamListener {
  /** Whether the start that is being made is this client's. */
  isStarting(): boolean;
  /** @returns false to refuse: the SDK's later stop then finds no profile, and goes on without */
  onStart(id: string): boolean;
  /** @param profile null when the profiler had none */
  onStop(id: string, profile: NativeProfile | null, stopMs: number): void;
  /** The SDK asks for a profile that does not run, or no longer: it may be anybody's. */
  onStopAgain(id: string): void;
  /** It was stopped by {@link Seam.abort}, and nobody else gets what it recorded. */
  onAbort(id: string, profile: NativeProfile | null, stopMs: number): void;
}

/** A client's place at the seam. */
export interface Seam {
  /** Stops a V8 profile and throws away what it recorded: V8 has no cheaper way to end one. */
  abort(id: string): void;
  detach(): void;
}

interface Junction {
  readonly listeners: Set<SeamListener>;
  readonly owners: Map<string, SeamListener>;
  readonly stop: (id: string, format: number) => NativeProfile | null;
  readonly restore: () => void;
}

/** The profiler belongs to the process: several clients share what stands in front of it. */
const junctions = new WeakMap<ProfilerBindings, Junction>();

/** Format of a transaction's profile; an aborted one is never looked at. */
const ANY_FORMAT = 0;

/**
 * Stands between the SDK and the native profiler, where every V8 profile of every SDK line starts and stops.
 *
 * @returns undefined when the bindings can't be reached
 */
export function attachToSeam(listener: SeamListener): Seam | undefined {
  const bindings = findBindings();
  if (bindings === undefined) return undefined;
  const junction = junctions.get(bindings) ?? createJunction(bindings);
  junction.listeners.add(listener);
  return {
    abort(id) {
      if (junction.owners.get(id) !== listener) return;
      junction.owners.delete(id);
      stopTimed(
        () => junction.stop(id, ANY_FORMAT),
        (profile, stopMs) => listener.onAbort(id, profile, stopMs),
      );
    },
    detach() {
      junction.listeners.delete(listener);
      for (const [id, owner] of junction.owners) if (owner === listener) junction.owners.delete(id);
      if (junction.listeners.size > 0) return;
      junction.restore();
      junctions.delete(bindings);
    },
  };
}

function createJunction(bindings: ProfilerBindings): Junction {
  const listeners = new Set<SeamListener>();
  const owners = new Map<string, SeamListener>();
  const start = bindings.startProfiling.bind(bindings);
  const stop = bindings.stopProfiling.bind(bindings);

  const restoreStart = replaceMethod(bindings, 'startProfiling', (id) => {
    const owner = [...listeners].find((listener) => listener.isStarting());
    if (owner === undefined) return start(id);
    if (!survive(() => owner.onStart(id))) return;
    owners.set(id, owner);
    try {
      start(id);
    } catch (error) {
      owners.delete(id);
      owner.onStop(id, null, 0);
      throw error;
    }
  });
  const restoreStop = replaceMethod(bindings, 'stopProfiling', (id, format) => {
    const owner = owners.get(id);
    if (owner === undefined) {
      for (const listener of listeners) survive(() => listener.onStopAgain(id));
      return stop(id, format);
    }
    owners.delete(id);
    return stopTimed(
      () => stop(id, format),
      (profile, stopMs) => owner.onStop(id, profile, stopMs),
    );
  });

  const junction: Junction = {
    listeners,
    owners,
    stop,
    restore() {
      restoreStart();
      restoreStop();
    },
  };
  junctions.set(bindings, junction);
  return junction;
}

/** Tells what a native stop returned and how long it took; null if it has thrown, for then that profile has ended too. */
function stopTimed(
  stop: () => NativeProfile | null,
  tell: (profile: NativeProfile | null, stopMs: number) => void,
): NativeProfile | null {
  const startMs = performance.now();
  let profile: NativeProfile | null = null;
  try {
    profile = stop();
  } finally {
    const stopMs = performance.now() - startMs;
    survive(() => tell(profile, stopMs));
  }
  return profile;
}
