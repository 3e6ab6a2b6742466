// Sends the transactions of one case by a real client of the SDK, with or without the integration, and reports its count.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope } from '@sentry/core';
import * as Sentry from '@sentry/node';
import { boundedProfilingIntegration } from '../../src/index.ts';
import { profiledTransaction, type SdkEnvelope } from '../../test/support/envelopes.ts';
import { realisticProfile } from '../../test/support/profiles.ts';
import type { DeliveryCase } from './cases.ts';

const [mode = '', dsn = '', text = ''] = process.argv.slice(2);
const { transactions, everyMs, samples, turnMs, closeMs } = JSON.parse(text) as DeliveryCase;

const bounded = boundedProfilingIntegration({ memoryBudgetBytes: 64 * 1024 * 1024 });
const client = new Sentry.NodeClient({
  dsn,
  integrations: mode === 'ours' ? [bounded] : [],
  transport: Sentry.makeNodeTransport,
  stackParser: Sentry.defaultStackParser,
  enableRuntimeChannelInjection: false,
  sendClientReports: false,
});
client.init();

const envelopes = Array.from({ length: transactions }, (_, i) => transactionOf(i));
let isBusy = turnMs > 0;
const loop = keepBusy();
for (const [number, envelope] of envelopes.entries()) {
  const transaction = envelope[1][0]?.[1];
  transaction.extra = { handedOverMs: Date.now(), number };
  void client.sendEnvelope(envelope as unknown as Envelope);
  if (everyMs > 0) await sleep(everyMs);
}
if (turnMs > 0) await client.flush(closeMs);
isBusy = false;
await loop;
await client.close(closeMs);
process.send?.(bounded.getStats()?.delivered ?? 0);
process.disconnect?.();

function transactionOf(i: number): SdkEnvelope {
  const [most, last = most] = samples;
  const profile = realisticProfile({ samples: i === transactions - 1 ? last : most, format: 'v1' });
  return profiledTransaction({ profile: (profile as { profile: object }).profile });
}

async function keepBusy(): Promise<void> {
  while (isBusy) {
    const untilMs = performance.now() + turnMs;
    while (performance.now() < untilMs);
    await new Promise(setImmediate);
  }
}
