import type { Client, Envelope, Transport } from '@sentry/core';
import * as Sentry from '@sentry/node';
import { onTestFinished } from 'vitest';
import {
  type BoundedProfilingIntegration,
  type BoundedProfilingOptions,
  boundedProfilingIntegration,
  type ProfilingStats,
} from '../../src/index.ts';

/** A real client of the SDK, without the global instrumentation that `Sentry.init` brings. */
export interface TestClient {
  readonly client: Client;
  readonly transport: Transport;
  /** Sends an envelope the way the SDK does. */
  send(envelope: unknown): PromiseLike<unknown>;
  stats(): ProfilingStats;
}

export type ClientOptions = Partial<ConstructorParameters<typeof Sentry.NodeClient>[0]>;

/** A client that is closed when the test is over. @param bounded false for one without the integration */
export function createClient(...parameters: Parameters<typeof openClient>): TestClient {
  const opened = openClient(...parameters);
  onTestFinished(async () => {
    await opened.client.close(1);
  });
  return opened;
}

/** For a test that has many, one after the other, and closes each itself. */
export function openClient(
  dsn: string,
  bounded: BoundedProfilingOptions | false = {},
  options: ClientOptions = {},
): TestClient {
  const integrations = bounded === false ? [] : [boundedProfilingIntegration(bounded)];
  const client = new Sentry.NodeClient({
    dsn,
    integrations,
    transport: Sentry.makeNodeTransport,
    stackParser: Sentry.defaultStackParser,
    enableRuntimeChannelInjection: false,
    sendClientReports: true,
    ...options,
  });
  client.init();
  const transport = client.getTransport() as Transport;
  return {
    client,
    transport,
    send: (envelope) => client.sendEnvelope(envelope as Envelope),
    stats: () => {
      const integration = client.getIntegrationByName<BoundedProfilingIntegration>('BoundedProfiling');
      return integration?.getStats(client) as ProfilingStats;
    },
  };
}
