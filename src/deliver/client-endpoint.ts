import type { Client } from '@sentry/core';
import { canDeflateSegments } from '../encode/deflate.ts';
import { getEnvelopeEndpointWithUrlEncodedAuth, makeNodeTransport } from '../sdk.ts';
import { createEndpoint, type Endpoint, type EndpointOptions } from './endpoint.ts';

/** Where the SDK's own transport would send to. Undefined if the user brought another, which then has to be used. */
export function endpointOf(client: Client): Endpoint | undefined {
  const dsn = client.getDsn();
  const { transport, transportOptions, tunnel, _metadata } = client.getOptions();
  if (dsn === undefined || !canDeflateSegments || !isNodeTransport(transport)) return undefined;
  const url = getEnvelopeEndpointWithUrlEncodedAuth(dsn, tunnel, _metadata?.sdk);
  return createEndpoint(url, (transportOptions ?? {}) as EndpointOptions);
}

/** A warning in the code of the SDK's transport. It identifies that transport, because a bundler shortens names but no texts. */
const ITS_WARNING = '[@sentry/node]: Invalid dsn or tunnel option';

/** Not by identity alone: an application can load both the ES module and the CommonJS build of the SDK, bundled or not. */
function isNodeTransport(transport: unknown): boolean {
  if (typeof transport !== 'function') return false;
  if (transport === makeNodeTransport || transport.name === 'makeNodeTransport') return true;
  return String(transport).includes(ITS_WARNING);
}

/** Envelopes that a transport takes at a time (`DEFAULT_TRANSPORT_BUFFER_SIZE`). */
const DEFAULT_BUFFER_SIZE = 64;

export function bufferSizeOf(client: Client): number {
  return client.getOptions().transportOptions?.bufferSize || DEFAULT_BUFFER_SIZE;
}
