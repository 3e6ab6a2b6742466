import type { Client } from '@sentry/core';
import { createRootSpans } from '../sampling/root-spans.ts';
import { getRootSpan } from '../sdk.ts';

/** Counts the open root spans of a client. Each request or job that is traced has one. */
export interface RootSpanWatch {
  readonly open: number;
  close(): void;
}

export function createRootSpanWatch(client: Client): RootSpanWatch {
  const spans = createRootSpans();
  const unsubscribe = [
    client.on('spanStart', (span) => {
      if (getRootSpan(span) === span) spans.started(span);
    }),
    client.on('spanEnd', (span) => spans.ended(span)),
  ];
  return {
    get open() {
      return spans.count();
    },
    close() {
      for (const one of unsubscribe) one();
    },
  };
}
