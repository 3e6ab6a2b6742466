import type { IncomingMessage } from 'node:http';
import type { JsonObject } from './envelope.ts';
import type { Refusal } from './examine.ts';

/** The same for every relay, so that one which is started anew on the same port has the same DSN. */
export const PUBLIC_KEY = 'c0ffee00c0ffee00c0ffee00c0ffee00';

const PROJECT_ID = '1';
const ENVELOPE_PATH = `/api/${PROJECT_ID}/envelope/`;

/** The DSN of a relay at that origin. */
export function dsnFor(origin: string): string {
  return `${origin.replace('://', `://${PUBLIC_KEY}@`)}/${PROJECT_ID}`;
}

/**
 * Whether the request went where an SDK sends envelopes. Any other path counts as a tunnel, which knows the
 * project only from the `dsn` in the envelope's header.
 */
export function addressProblem(request: IncomingMessage, envelopeHeader?: JsonObject): Refusal | undefined {
  if (request.method !== 'POST') {
    return { status: 405, error: `method ${request.method}` };
  }
  const url = new URL(request.url ?? '/', 'http://relay');
  if (url.pathname !== ENVELOPE_PATH) {
    return namesThisProject(envelopeHeader?.dsn) ? undefined : { status: 404, error: `path ${url.pathname}` };
  }
  const inHeader = /sentry_key=(\w+)/.exec(String(request.headers['x-sentry-auth']))?.[1];
  const key = url.searchParams.get('sentry_key') ?? inHeader;
  return key === PUBLIC_KEY ? undefined : { status: 401, error: `sentry_key ${key}` };
}

function namesThisProject(dsn: unknown): boolean {
  return typeof dsn === 'string' && dsn.includes(`//${PUBLIC_KEY}@`) && dsn.endsWith(`/${PROJECT_ID}`);
}
