import type { IncomingMessage } from 'node:http';
import type { Refusal } from './examine.ts';

/** Tells how many bytes came, as they come. */
type OnBytes = (count: number) => void;

/**
 * The body as it was sent. A refusal when it is longer than allowed (a proxy says so without reading it to
 * the end) or when it breaks off, in which case nobody is left to hear it.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  onBytes: OnBytes,
): Promise<Buffer | Refusal> {
  const announced = request.headers['content-length'];
  if (announced !== undefined && Number(announced) > maxBytes) {
    return Promise.resolve(tooLarge(maxBytes));
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let readBytes = 0;
    request.on('data', (chunk: Buffer) => {
      readBytes += chunk.length;
      onBytes(chunk.length);
      if (readBytes > maxBytes) {
        chunks.length = 0;
        resolve(tooLarge(maxBytes));
      } else {
        chunks.push(chunk);
      }
    });
    request.on('end', () => {
      const lengthIsRight = announced === undefined || Number(announced) === readBytes;
      resolve(lengthIsRight ? Buffer.concat(chunks, readBytes) : cutOff(announced, readBytes));
    });
    request.on('close', () => resolve(cutOff(announced, readBytes)));
    // 'close' follows, and is where the outcome is known.
    request.on('error', () => undefined);
  });
}

function tooLarge(maxBytes: number): Refusal {
  return { status: 413, error: `body of more than ${maxBytes} bytes as sent` };
}

function cutOff(announced: string | undefined, readBytes: number): Refusal {
  const expected = announced === undefined ? 'an unknown number' : `content-length ${announced}`;
  return { status: 400, error: `the body broke off after ${readBytes} bytes of ${expected}` };
}
