import type { Client, DataCategory, EventDropReason } from '@sentry/core';

/** The losses that the SDK will report to Sentry. */
export interface ClientReports {
  add(reason: EventDropReason, category: string): void;
  /** Takes one loss out again, if there is one, because its item goes on after all. */
  takeBack(reason: EventDropReason, category: string): void;
  /** Losses that wait for the next report. */
  count(reason: EventDropReason, category: string): number;
}

/**
 * The reports of a client. The SDK's transports report all of an envelope that is refused for its size; of ours a part goes on, and
 * the SDK has no public way to take a loss back, or to see its losses.
 */
export function reportsOf(client: Client): ClientReports {
  const outcomes = (): Record<string, number> => {
    return (client as unknown as { _outcomes?: Record<string, number> })._outcomes ?? {};
  };
  const count = (reason: string, category: string): number => outcomes()[`${reason}:${category}`] ?? 0;
  return {
    add: (reason, category) => client.recordDroppedEvent(reason, category as DataCategory),
    takeBack: (reason, category) => {
      const left = count(reason, category) - 1;
      if (left > 0) outcomes()[`${reason}:${category}`] = left;
      else delete outcomes()[`${reason}:${category}`];
    },
    count,
  };
}
