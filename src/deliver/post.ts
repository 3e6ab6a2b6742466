import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { GzipMember } from '../encode/gzip-member.ts';
import type { Endpoint } from './endpoint.ts';

/** What the server said, in the form that the SDK's transports resolve to. */
export interface Answer {
  statusCode: number;
  headers: { 'retry-after': string | null; 'x-sentry-rate-limits': string | null };
}

/** No answer came. */
export class PostError extends Error {
  override readonly name = 'PostError';
  /** Whether the whole body had been handed to the connection: then the server may have it. */
  readonly wasSent: boolean;

  constructor(cause: unknown, wasSent: boolean) {
    super('The upload got no answer', { cause });
    this.wasSent = wasSent;
  }
}

/**
 * Posts a body once. A connection that was kept alive may have been closed by the server while it was idle: that shows
 * as a reset of a reused socket, says nothing about the server, and is tried again at once on a new one.
 *
 * @throws PostError when no answer comes within the time, or the signal breaks it off
 */
export async function post(
  endpoint: Endpoint,
  body: GzipMember,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return await postOnce(endpoint, body, timeoutMs, signal);
  } catch (error) {
    if (error instanceof StaleSocketError && !signal.aborted)
      return await postOnce(endpoint, body, timeoutMs, signal);
    throw error;
  }
}

class StaleSocketError extends PostError {}

/** How long an answer may take to come to its end: what counts is its status, and until then it holds a connection. */
const BODY_MS = 1000;

async function postOnce(
  endpoint: Endpoint,
  body: GzipMember,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  let abort = (): void => {};
  try {
    return await new Promise((resolve, reject) => {
      const { httpModule, request: options } = endpoint;
      const connecting = new AbortController();
      const agent = endpoint.agentFor(connecting.signal);
      const headers = { ...options.headers, 'content-encoding': 'gzip', 'content-length': body.bytes };
      let answer: Answer | undefined;
      const request = httpModule.request({ ...options, agent, headers }, (response) => {
        answer = toAnswer(response);
        const end = (): void => resolve(answer as Answer);
        // The answer's body says nothing that is needed, but it has to be read for the connection to be used again.
        response.on('error', () => {});
        response.on('data', () => {});
        response.on('end', end);
        clearTimeout(timer);
        timer = setTimeout(() => {
          request.destroy();
          end();
        }, BODY_MS).unref();
      });
      // Destroyed before it has a connection, behind a proxy that does not answer, a request says nothing.
      const breakOff = (cause: Error): void => {
        request.destroy(cause);
        connecting.abort();
        if (answer === undefined) reject(new PostError(cause, request.writableFinished));
      };
      let timer = setTimeout(() => breakOff(new Error(`No answer in ${timeoutMs} ms`)), timeoutMs).unref();
      // A service that has nothing else to do must not wait for a server that does not answer.
      request.on('socket', (socket: Partial<Socket>) => socket.unref?.());
      request.on('close', () => {
        clearTimeout(timer);
        if (answer !== undefined) resolve(answer);
      });
      request.on('error', (error) => {
        if (answer === undefined) reject(toPostError(error, request));
      });
      for (const chunk of body.chunks) request.write(chunk);
      request.end();
      // Node's own `signal` listens until the request is closed, which some are long after they have ended.
      abort = () => breakOff(new Error('The upload was broken off'));
      signal.addEventListener('abort', abort);
    });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function toAnswer(response: IncomingMessage): Answer {
  const limits = response.headers['x-sentry-rate-limits'];
  return {
    statusCode: response.statusCode ?? 0,
    headers: {
      'retry-after': response.headers['retry-after'] ?? null,
      'x-sentry-rate-limits': (Array.isArray(limits) ? limits.join(',') : limits) ?? null,
    },
  };
}

function toPostError(error: NodeJS.ErrnoException, request: ClientRequest): PostError {
  const isStale = request.reusedSocket && error.code === 'ECONNRESET';
  return new (isStale ? StaleSocketError : PostError)(error, request.writableFinished);
}
