import { type ServerResponse, STATUS_CODES } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './behaviour.ts';

/** More than any answer of the relay: the client goes on waiting for the rest. */
const ANNOUNCED_BYTES = 1024 * 1024;

/** Answers the head and a part of the body it announces, and leaves it at that. */
export function answerInPart(
  response: ServerResponse,
  { status, headers, body }: Answer,
  end: 'hang' | 'cut',
): void {
  response.writeHead(status, { ...headers, 'content-length': ANNOUNCED_BYTES });
  response.write(body, () => {
    if (end === 'cut') {
      response.destroy();
    }
  });
}

/**
 * Answers a byte at a time on the bare socket: the head of a response can't be divided otherwise.
 *
 * @returns whether the client has waited for all of it
 */
export async function answerInDrops(
  { socket }: ServerResponse,
  { status, headers, body }: Answer,
  intervalMs: number,
  gone: AbortSignal,
): Promise<boolean> {
  if (socket === null) {
    return false;
  }
  const fields = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`;
  for (const byte of Buffer.from(text)) {
    if (gone.aborted || socket.destroyed) {
      return false;
    }
    socket.write(Uint8Array.of(byte));
    await delay(intervalMs, undefined, { signal: gone }).catch(() => undefined);
  }
  socket.end();
  return true;
}
