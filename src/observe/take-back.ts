import type { Client } from '@sentry/core';

/**
 * Takes one loss out of the client's next report. The SDK's transports report all of an envelope that is refused for its size;
 * of ours a part goes on, and the SDK has no public way to say so.
 */
export function takeBackReport(client: Client, reason: string, category: string): void {
  const { _outcomes: outcomes } = client as unknown as { _outcomes?: Record<string, number> };
  const key = `${reason}:${category}`;
  const count = outcomes?.[key];
  if (outcomes === undefined || count === undefined) return;
  if (count > 1) outcomes[key] = count - 1;
  else delete outcomes[key];
}
