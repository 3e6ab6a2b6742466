import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { GzipMember } from '../encode/gzip-member.ts';
import { messageOf } from '../observe/message-of.ts';
import type { Endpoint } from './endpoint.ts';

/** The server's answer, in the form that the SDK's transports resolve to. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: {
    readonly 'retry-after': string | null;
    readonly 'x-sentry-rate-limits': string | null;
  };
  /** Comes true when its body has come to an end or is given up: until then it holds a connection. */
  readonly ended?: Promise<void>;
}

/** No answer came. */
export interface NoAnswer {
  readonly statusCode?: undefined;
  /** Whether the whole body had been handed to the connection: then the server may have it. */
  readonly wasSent: boolean;
  /** Whether the request can't even be made, for a header that is none, say: another attempt would end like it. */
  readonly isHopeless: boolean;
  /** An error's code where it has one, for people. */
  readonly error: string;
}

/** How long an answer may take to come to its end. Its status alone counts, and meanwhile only its connection waits. */
const BODY_MS = 1000;

/**
 * Posts a body once. A connection that was kept alive may have been closed by the server, or by something between, while it
 * was idle: that shows as a reset of a reused socket and says nothing about the server. Others in the pool may be as dead:
 * the second try goes over a connection of its own.
 */
export async function post(
  endpoint: Endpoint,
  body: GzipMember,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer | NoAnswer> {
  const { result, isStale } = await postOnce(endpoint, body, { timeoutMs, signal, isFresh: false });
  if (!isStale || signal.aborted) return result;
  return (await postOnce(endpoint, body, { timeoutMs, signal, isFresh: true })).result;
}

interface PostOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Whether it needs a connection that nobody has used. */
  readonly isFresh: boolean;
}

interface Posted {
  readonly result: Answer | NoAnswer;
  /** Whether a connection that was kept alive turned out to be closed. */
  readonly isStale: boolean;
}

function postOnce(
  { httpModule, request: options, agentFor }: Endpoint,
  body: GzipMember,
  { timeoutMs, signal, isFresh }: PostOptions,
): Promise<Posted> {
  return new Promise((resolve) => {
    const connecting = new AbortController();
    let request: ClientRequest | undefined;
    let isAnswered = false;
    let markEnded = (): void => {};
    const ended = new Promise<void>((resolve) => {
      markEnded = resolve;
    });
    let timer: NodeJS.Timeout | undefined;
    let socket: Partial<Socket> | undefined;
    let bytesReadBefore = 0;

    const end = (error = 'no answer', { isStale = false, isHopeless = false } = {}): void => {
      clearTimeout(timer);
      // Node's own `signal` listens until the request is closed, which some are long after they have ended.
      signal.removeEventListener('abort', breakOff);
      markEnded();
      const wasSent = request?.writableFinished ?? false;
      // Changes nothing after an answer.
      resolve({ result: { wasSent, isHopeless, error }, isStale });
    };
    // Destroyed before it has a connection, behind a proxy that does not answer, a request says nothing.
    const destroy = (error: string): void => {
      request?.destroy();
      connecting.abort();
      end(error);
    };
    const breakOff = (): void => destroy('broken off');
    const giveUp = (): void => {
      if (!isAnswered) destroy(`no answer in ${timeoutMs} ms`);
    };
    const take = (response: IncomingMessage): void => {
      isAnswered = true;
      clearTimeout(timer);
      timer = setTimeout(breakOff, BODY_MS).unref();
      resolve({ result: { ...toAnswer(response), ended }, isStale: false });
    };

    signal.addEventListener('abort', breakOff);
    timer = setTimeout(() => afterReading(giveUp), timeoutMs).unref();
    try {
      const agent = agentFor(connecting.signal, isFresh);
      const headers = { ...options.headers, 'content-encoding': 'gzip', 'content-length': body.bytes };
      request = httpModule.request({ ...options, agent, headers }, (response) => {
        take(response);
        // The answer's body says nothing that is needed, but it has to be read for the connection to be used again.
        response.on('error', () => {});
        response.on('data', () => {});
        response.on('end', () => {
          end();
          // An answer that came before the body was read may leave it unread for good.
          if (!request?.writableFinished) request?.destroy();
        });
      });
      // A service that has nothing else to do must not wait for a server that does not answer.
      request.on('socket', (given: Partial<Socket>) => {
        socket = given;
        bytesReadBefore = given.bytesRead ?? 0;
        given.unref?.();
      });
      // Without a listener for it, an answer 101 says nothing at all.
      request.on('upgrade', (response, upgraded) => {
        take(response);
        upgraded.destroy();
        end();
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        // A part of an answer says that the server has the request.
        const isUnanswered = socket?.bytesRead === bytesReadBefore;
        end(error.code ?? error.message, { isStale: isUnanswered && isReset(request, error) });
      });
      request.on('close', () => end('the connection was closed'));
      for (const chunk of body.chunks) request.write(chunk);
      request.end();
    } catch (error) {
      request?.destroy();
      end(messageOf(error), { isHopeless: true });
    }
  });
}

/**
 * Waits two turns of the event loop. A process that was frozen or blocked runs its timers first, and reads answers that have arrived
 * meanwhile after that.
 */
function afterReading(work: () => void): void {
  setImmediate(() => setImmediate(work));
}

function isReset(request: ClientRequest | undefined, { code }: NodeJS.ErrnoException): boolean {
  return (request?.reusedSocket ?? false) && (code === 'ECONNRESET' || code === 'EPIPE');
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
