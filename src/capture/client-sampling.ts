import type { Client } from '@sentry/core';
import type { Ledger } from '../ledger.ts';
import type { Reporter } from '../observe/reporter.ts';
import type { ResolvedOptions } from '../resolve-options.ts';
import type { ExpectedBytes } from '../sampling/expected-bytes.ts';
import { governSampling, type Sampling, UNGOVERNED } from '../sampling/sampling.ts';
import { createSignalSources } from '../sampling/signal-sources.ts';
import { createRootSpanWatch } from './root-span-watch.ts';

export interface ClientSamplingDeps {
  readonly client: Client;
  readonly ledger: Ledger;
  readonly expectedBytes: ExpectedBytes;
  readonly reporter: Reporter;
  /** The share of contexts that will have a profile of their own. */
  readonly readShare: () => number;
}

/** Governs the sampling of one client by the signals of the process and its own. */
export function sampleClient(
  options: ResolvedOptions['sampling'],
  { client, ledger, expectedBytes, reporter, readShare }: ClientSamplingDeps,
): Sampling {
  if (options === false) return UNGOVERNED;
  const rootSpans = createRootSpanWatch(client);
  const sources = createSignalSources(options, {
    get expectedBytes() {
      return expectedBytes.value;
    },
    get availableBytes() {
      return ledger.freeBytes + ledger.reservedBytes;
    },
    get openRootSpans() {
      return rootSpans.open;
    },
  });
  const close = (): void => {
    rootSpans.close();
    sources.close();
  };
  return governSampling(options, {
    sources: { read: sources.read, refresh: sources.refresh, close },
    choices: (contexts) => contexts * readShare(),
    get budgetBytes() {
      return ledger.budgetBytes;
    },
    onChange: (change, why) => reporter.change(change, why),
  });
}
