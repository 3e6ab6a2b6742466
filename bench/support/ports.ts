import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './child.ts';

const TIMEOUT_MS = 30_000;
const INTERVAL_MS = 50;

/** A port on the loopback interface that nobody listens to. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Waits for a server, and asks it for nothing: its first request is to be that of the load. */
export async function untilListening(
  port: number,
  server: Pick<Child<object, { type: string }>, 'hasExited' | 'errorOutput'>,
): Promise<void> {
  const deadlineMs = performance.now() + TIMEOUT_MS;
  while (!server.hasExited && performance.now() < deadlineMs) {
    if (await isListening(port)) return;
    await delay(INTERVAL_MS);
  }
  throw new Error(`The server did not start. ${server.errorOutput}`);
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
