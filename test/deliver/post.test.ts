import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { createEndpoint, type Endpoint } from '../../src/deliver/endpoint.ts';
import { type Answer, type NoAnswer, post } from '../../src/deliver/post.ts';
import { storeText } from '../../src/encode/deflate.ts';
import { joinSegments } from '../../src/encode/gzip-member.ts';

const BODY = joinSegments([storeText('{}\n')]);
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-sentry-rate-limits: 60:profile\r\n\r\n{}';
const HOUR_MS = 3_600_000;
const NEVER = new AbortController().signal;

/** A server that answers each request by `onRequest`. @returns its address */
async function serve(onRequest: (socket: Socket, request: number) => void): Promise<Endpoint> {
  let requests = 0;
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => onRequest(socket, ++requests));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = createEndpoint(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    {},
  ) as Endpoint;
  onTestFinished(() => {
    endpoint.close();
    server.close();
  });
  return endpoint;
}

function send(endpoint: Endpoint, timeoutMs = HOUR_MS): Promise<Answer | NoAnswer> {
  return post(endpoint, BODY, timeoutMs, NEVER);
}

const HEAD_BYTES = ANSWER.indexOf('\r\n\r\n') + 4;

test('an answer that ends after any of its bytes, in any way, settles: by its status once that is whole', async () => {
  const ways = { end: (socket: Socket) => socket.end(), reset: (socket: Socket) => socket.resetAndDestroy() };
  for (const [name, finish] of Object.entries(ways)) {
    for (let bytes = 0; bytes <= ANSWER.length; bytes++) {
      const endpoint = await serve((socket) => socket.write(ANSWER.slice(0, bytes), () => finish(socket)));
      const { statusCode } = await send(endpoint);
      // A reset may overtake an answer, which is lost then.
      const expected = bytes >= HEAD_BYTES ? [200] : [undefined];
      expect(name === 'reset' ? [...expected, undefined] : expected, `${name} after ${bytes}`).toContain(
        statusCode,
      );
    }
  }
});

test.each([
  '101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other',
  '204 No Content',
  '304 Not Modified',
])('an answer %s settles', async (head) => {
  const endpoint = await serve((socket) => socket.write(`HTTP/1.1 ${head}\r\n\r\n`));
  expect(await send(endpoint)).toMatchObject({ statusCode: Number(head.slice(0, 3)) });
});

test('an answer that only announces more is waited on', async () => {
  const endpoint = await serve((socket) => socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${ANSWER}`));
  expect(await send(endpoint)).toMatchObject({ statusCode: 200 });
});

test('a module that answers before its request is returned is survived', async () => {
  const endpoint = await serve((socket) => socket.write(ANSWER));
  const { httpModule } = endpoint;
  const hasty: Endpoint = {
    ...endpoint,
    httpModule: {
      request: (options, onResponse) => {
        onResponse({ statusCode: 202, headers: {}, on: () => {} } as never);
        return httpModule.request(options, () => {});
      },
    },
  };
  expect(await send(hasty)).toMatchObject({ statusCode: 202 });
});

test.each([new Error('no'), 'no', undefined])(
  'a module that throws %s says that no attempt can do better',
  async (thrown) => {
    const endpoint = await serve(() => {});
    const broken: Endpoint = {
      ...endpoint,
      httpModule: {
        request: () => {
          throw thrown;
        },
      },
    };
    expect(await send(broken)).toMatchObject({ wasSent: false, isHopeless: true });
  },
);

test('kept connections that have all died unseen cost one retry, over a fresh one', async () => {
  const first = new Set<Socket>();
  const endpoint = await serve((socket, request) => {
    // Each of the first four gets its answer, and then nothing more.
    if (first.has(socket)) socket.resetAndDestroy();
    else socket.write(ANSWER);
    if (request <= 4) first.add(socket);
  });
  const idle = await Promise.all(Array.from({ length: 4 }, () => send(endpoint)));
  expect(idle.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
  expect(await send(endpoint)).toMatchObject({ statusCode: 200 });
});

test('a part of an answer on a kept connection says that the request has arrived: it is not sent again', async () => {
  let requests = 0;
  const endpoint = await serve((socket, request) => {
    requests = request;
    if (request === 1) socket.write(ANSWER);
    else socket.end(ANSWER.slice(0, 20));
  });
  await send(endpoint);
  expect(await send(endpoint)).toMatchObject({ wasSent: true });
  expect(requests).toBe(2);
});

test('an answer that comes before the body is read ends the connection', async () => {
  const sockets: Socket[] = [];
  const endpoint = await serve((socket) => {
    if (sockets.includes(socket)) return;
    sockets.push(socket);
    socket.pause();
    socket.write('HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\n\r\n');
  });
  const large = joinSegments([storeText('x'.repeat(20_000_000))]);
  expect(await post(endpoint, large, HOUR_MS, NEVER)).toMatchObject({ statusCode: 413 });
  sockets[0]?.resume();
  await expect.poll(() => sockets[0]?.destroyed).toBe(true);
});

test('an answer that came while the process stood still counts, though its time is over', async () => {
  const server = new Worker(
    `const { createServer } = require('node:net');
    const { parentPort, workerData } = require('node:worker_threads');
    const server = createServer((socket) => socket.once('data', () => socket.write(workerData)));
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true, workerData: ANSWER },
  );
  const [port] = await once(server, 'message');
  const endpoint = createEndpoint(`http://127.0.0.1:${port}/`, {}) as Endpoint;
  onTestFinished(async () => {
    endpoint.close();
    await server.terminate();
  });
  const timeoutMs = 300;
  const { httpModule } = endpoint;
  const watched: Endpoint = {
    ...endpoint,
    httpModule: {
      request: (options, onResponse) =>
        httpModule.request(options, onResponse).on('finish', () => {
          const untilMs = performance.now() + 2 * timeoutMs;
          while (performance.now() < untilMs);
        }),
    },
  };
  expect(await send(watched, timeoutMs)).toMatchObject({ statusCode: 200 });
});

test('no answer in time says whether the body was sent', async () => {
  const endpoint = await serve(() => {});
  expect(await send(endpoint, 50)).toEqual({
    wasSent: true,
    isHopeless: false,
    error: 'no answer in 50 ms',
  });
});
