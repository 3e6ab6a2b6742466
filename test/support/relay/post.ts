import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { PUBLIC_KEY } from './address.ts';

/** Where and how an envelope is posted when it is not the usual way. */
export interface PostOptions {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  ca?: string;
}

export interface PostAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Posts a body to a relay over a connection of its own. */
export function post(url: string, body: string | Buffer, options: PostOptions = {}): Promise<PostAnswer> {
  const {
    path = `/api/1/envelope/?sentry_version=7&sentry_key=${PUBLIC_KEY}`,
    method = 'POST',
    ...rest
  } = options;
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const requestOptions: RequestOptions = { ...rest, method, agent: false };
  return new Promise((resolve, reject) => {
    const request = send(new URL(path, url), requestOptions, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
