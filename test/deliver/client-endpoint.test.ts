import { runInThisContext } from 'node:vm';
import { makeNodeTransport } from '@sentry/node';
import { expect, test } from 'vitest';
import { endpointOf } from '../../src/deliver/client-endpoint.ts';
import { createClient } from '../support/client.ts';

type Transport = typeof makeNodeTransport;

function endpointWith(transport: Transport) {
  const { client } = createClient('http://0123456789abcdef0123456789abcdef@127.0.0.1:9/1');
  client.getOptions().transport = transport;
  return endpointOf(client);
}

test('the transport of the SDK is known by itself, and by what a minifier leaves of another copy', () => {
  const source = String(makeNodeTransport).replace(/^function \w+/, 'function t');
  const renamed = runInThisContext(`(${source})`) as Transport;
  expect(renamed.name).toBe('t');
  for (const transport of [makeNodeTransport, renamed]) {
    expect(endpointWith(transport)).toMatchObject({ request: { hostname: '127.0.0.1' } });
  }
});

test('a transport of the user is not passed by, even one that wraps the one of the SDK', () => {
  expect(endpointWith((options) => makeNodeTransport({ ...options, keepAlive: true }))).toBeUndefined();
});
