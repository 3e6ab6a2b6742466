import { type Container, readContainer } from '../container/own-container.ts';
import type { ResolvedOptions } from '../resolve-options.ts';
import { countActiveResources } from './active-resources.ts';
import { resolveContexts } from './contexts.ts';
import { createHeapLive } from './heap-live.ts';
import type { Signals } from './signals.ts';

/** The signals that belong to one client and not to the process. */
export interface ClientSignals {
  readonly expectedBytes: number;
  readonly availableBytes: number;
  readonly openRootSpans: number;
}

/** All signals of the process and one client. */
export interface SignalSources {
  /** Reads all signals for a decision, in a few microseconds at most. */
  read(): Signals;
  /** Reads the signals again that change slowly and come from files. */
  refresh(): void;
  close(): void;
}

export function createSignalSources(
  { contexts, intervalMs }: Exclude<ResolvedOptions['sampling'], false>,
  client: ClientSignals,
): SignalSources {
  const heap = createHeapLive();
  let container: Container = readContainer();
  const countContexts = resolveContexts(contexts, {
    rootSpans: () => client.openRootSpans,
    activeResources: countActiveResources(intervalMs),
  });
  return {
    read: () => ({
      heapLiveRatio: heap.liveRatio,
      heapCollections: heap.collections,
      heapUsedRatio: heap.usedRatio(),
      containerRatio: container.usedRatio,
      activeContexts: countContexts(),
      expectedBytes: client.expectedBytes,
      availableBytes: client.availableBytes,
    }),
    refresh: () => {
      container = readContainer();
    },
    close: () => heap.close(),
  };
}
