// A server that reads envelopes and counts their bytes, in a process of its own: its work must not be anybody's CPU time.
import { createServer } from 'node:http';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** @type {import('./types.ts').Received} */
const NOTHING = { requests: 0, wireBytes: 0, payloadBytes: 0 };
let received = { ...NOTHING };

const server = createServer(async (request, response) => {
  const body = count(request, 'wireBytes');
  const isGzip = request.headers['content-encoding'] === 'gzip';
  try {
    for await (const _ of count(isGzip ? gunzip(body) : body, 'payloadBytes'));
    received.requests++;
    response.end('{}');
  } catch {
    response.writeHead(400).end();
  }
});

/**
 * @param {AsyncIterable<Buffer>} body
 * @param {'wireBytes' | 'payloadBytes'} counter
 */
async function* count(body, counter) {
  for await (const chunk of body) {
    received[counter] += chunk.length;
    yield chunk;
  }
}

/** @param {AsyncIterable<Buffer>} body */
function gunzip(body) {
  // Errors are thrown to the reader of the plain bytes.
  return pipeline(body, createGunzip(), () => {});
}

process.on('message', () => {
  process.send?.({ received });
  received = { ...NOTHING };
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.send?.({ port: address?.port });
});
