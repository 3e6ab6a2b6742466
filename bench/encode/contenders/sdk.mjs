import * as Sentry from '@sentry/node';
import { nodeProfilingIntegration } from '@sentry/profiling-node';
import { envelopeHeader, ITEM_HEADER } from './envelope.mjs';

/**
 * A client as an application has it, and the call by which its profiler hands over a chunk.
 *
 * @param {number} sinkPort
 * @param {import('@sentry/core').Integration[]} integrations
 * @returns {import('./contender.d.ts').Contender}
 */
export function createSdkContender(sinkPort, integrations) {
  const client = Sentry.init({
    dsn: `http://public@127.0.0.1:${sinkPort}/1`,
    integrations: [nodeProfilingIntegration(), ...integrations],
  });
  const transport = client?.getTransport();
  if (transport === undefined) throw new Error('Expected the client to have a transport');
  return {
    send(takeProfile) {
      const envelope = [envelopeHeader(), [[{ ...ITEM_HEADER }, takeProfile()]]];
      return transport.send(
        /** @type {import('@sentry/core').Envelope} */ (/** @type {unknown} */ (envelope)),
      );
    },
  };
}
