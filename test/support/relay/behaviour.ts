/** Answers as Relay does. */
interface Normal {
  kind: 'normal';
}

/** Answers as Relay does, later. A request that its client gives up meanwhile was never taken. */
interface Slow {
  kind: 'slow';
  delayMs: number;
}

/** Reads the body and holds the request without an answer until it is released. */
interface Silent {
  kind: 'silent';
}

/** Answers 429, or with `status: 200` takes the envelope and announces the limit for the next one. */
interface RateLimited {
  kind: 'rate-limited';
  /** `x-sentry-rate-limits`, as in https://develop.sentry.dev/sdk/foundations/transport/rate-limiting/. */
  header?: string;
  retryAfter?: string;
  status?: number;
}

/** Reads the body, takes nothing of it and answers as a proxy would: any status, a page of HTML. */
interface Rude {
  kind: 'status';
  status: number;
  body?: string;
  /** Refuses only bodies that are longer than this as they are sent, the others are answered by the rules. */
  aboveBytes?: number;
  /** The same for the length when decompressed, which Relay itself limits. */
  aboveExpandedBytes?: number;
}

/** Cuts the connection as soon as the first part of the body is there. */
interface Reset {
  kind: 'reset';
  /** Only of one request in so many; the others are answered by the rules. */
  oneIn?: number;
}

/** Answers 413 to the headers alone and closes the connection on the body. */
interface CloseEarly {
  kind: 'close-early';
}

/** Takes the envelope and answers 200 with a body that is not JSON. */
interface Garbage {
  kind: 'garbage';
}

/** Takes the envelope, answers the head and a part of the body, and then hangs or cuts the connection. */
interface StopMidResponse {
  kind: 'stop-mid-response';
  end: 'hang' | 'cut';
}

/** Takes the envelope and answers a byte at a time, from the first one of the head on. */
interface Drip {
  kind: 'drip';
  intervalMs: number;
}

/** How the relay treats the requests that come from now on. */
export type Behaviour =
  | Normal
  | Slow
  | Silent
  | RateLimited
  | Rude
  | Reset
  | CloseEarly
  | Garbage
  | StopMidResponse
  | Drip;

/** An answer whose content does not depend on the envelope, or leaves it to the relay's rules. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Whether the items of the envelope count as received. */
  takesEnvelope: boolean;
}

const HTML = { 'content-type': 'text/html' };

/**
 * The answer of the behaviour, or undefined when it is up to the rules.
 *
 * @param bodyBytes length of the request's body as it was sent
 * @param expandedBytes its length when decompressed
 */
export function answerOf(behaviour: Behaviour, bodyBytes: number, expandedBytes: number): Answer | undefined {
  switch (behaviour.kind) {
    case 'rate-limited': {
      const status = behaviour.status ?? 429;
      const headers: Record<string, string> = {};
      if (behaviour.header !== undefined) {
        headers['x-sentry-rate-limits'] = behaviour.header;
      }
      if (behaviour.retryAfter !== undefined) {
        headers['retry-after'] = behaviour.retryAfter;
      }
      return { status, headers, body: '{}', takesEnvelope: status < 300 };
    }
    case 'status': {
      const { aboveBytes = Number.NEGATIVE_INFINITY, aboveExpandedBytes = Number.NEGATIVE_INFINITY } =
        behaviour;
      if (bodyBytes <= aboveBytes || expandedBytes <= aboveExpandedBytes) return undefined;
      const body = behaviour.body ?? `<html><body><h1>${behaviour.status}</h1></body></html>`;
      return { status: behaviour.status, headers: HTML, body, takesEnvelope: false };
    }
    case 'garbage':
      return { status: 200, headers: HTML, body: '\u0000{"id":', takesEnvelope: true };
    case 'close-early':
      return { status: 413, headers: { ...HTML, connection: 'close' }, body: '', takesEnvelope: false };
    case 'normal':
    case 'slow':
    case 'silent':
    case 'reset':
    case 'stop-mid-response':
    case 'drip':
      return undefined;
  }
}
