import { once } from 'node:events';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { stringifyChunked } from '@discoveryjs/json-ext';
import { envelopeHeader, ITEM_HEADER } from './envelope.mjs';

/**
 * The usual answer to large JSON, put to the same job: text in chunks, each to bytes, gzip, request, with backpressure.
 *
 * @param {number} sinkPort
 * @returns {import('./contender.d.ts').Contender}
 */
export function createContender(sinkPort) {
  return {
    async send(takeProfile) {
      const post = request({
        method: 'POST',
        host: '127.0.0.1',
        port: sinkPort,
        path: '/api/1/envelope/',
        headers: { 'content-type': 'application/x-sentry-envelope', 'content-encoding': 'gzip' },
      });
      const answered = once(post, 'response');
      const body = Readable.from(encode(takeProfile()), { objectMode: false });
      const [[answer]] = await Promise.all([answered, pipeline(body, createGzip(), post)]);
      answer.resume();
    },
  };
}

/** @param {object} profile */
function* encode(profile) {
  yield Buffer.from(`${JSON.stringify(envelopeHeader())}\n${JSON.stringify(ITEM_HEADER)}\n`);
  for (const text of stringifyChunked(profile)) yield Buffer.from(text);
}
