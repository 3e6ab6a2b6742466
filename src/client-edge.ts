import type { Client, Transport } from '@sentry/core';
import { interceptTransport } from './deliver/intercept.ts';
import type { AnyEnvelope, ProfileItem } from './deliver/profile-items.ts';
import { settleBeforeExit, type Work } from './deliver/shutdown.ts';
import { replaceMethod } from './replace-method.ts';
import { survive } from './survive.ts';

/** The SDK's default of `shutdownTimeout`. */
const DEFAULT_SHUTDOWN_MS = 2000;

/** Is told of a client's envelopes, flushes and end. */
export interface EdgeListener {
  /** Profiles have been taken out of an envelope. */
  onProfiles(envelope: AnyEnvelope, items: readonly ProfileItem[]): ReturnType<Transport['send']>;
  /** @param isLast whether no later flush will send the profiles that this one leaves */
  settle(timeoutMs: number | undefined, isLast: boolean): Promise<boolean>;
  readonly isIdle: boolean;
  /** Hands on each transaction that it has not begun to send. @param isExiting whether the process is being let go */
  giveUp(isExiting: boolean): void;
  /** Breaks off its uploads. */
  cutOff(): void;
  /** The client is closed, or disposed of. */
  close(): void;
}

/** Stands between a client and its transport until the client is closed: then everything is as it was. */
export function standBetween(
  client: Client,
  transport: Transport,
  send: Transport['send'],
  listener: EdgeListener,
): void {
  let isClosing = false;
  let hasLeft = false;
  const work = (isExiting: boolean): Work => ({
    settle: (timeoutMs) => listener.settle(timeoutMs, isClosing),
    giveUp: () => listener.giveUp(isExiting),
    cutOff: () => listener.cutOff(),
  });
  const restore = interceptTransport(transport, send, {
    ...work(false),
    onProfiles: (envelope, items) => listener.onProfiles(envelope, items),
    isClosing: () => isClosing,
  });
  let stopListening = (): void => {};
  let restoreClose = (): void => {};
  const leave = (): void => {
    if (hasLeft) return;
    hasLeft = true;
    stopListening();
    restoreClose();
    restore();
    listener.close();
  };
  try {
    const close = client.close.bind(client);
    restoreClose = replaceMethod(client, 'close', (timeoutMs) => {
      isClosing = true;
      return close(timeoutMs);
    });
    stopListening = settleBeforeExit(
      {
        ...work(true),
        get isIdle() {
          return listener.isIdle;
        },
        close: () => listener.close(),
      },
      shutdownMsOf(client),
    );
    client.on('close', leave);
  } catch (error) {
    leave();
    throw error;
  }
  // Newer SDKs let a client be disposed of without closing it.
  const { registerCleanup } = client as { registerCleanup?: (callback: () => void) => void };
  survive(() => registerCleanup?.call(client, leave));
}

/** How long the SDK takes when a process ends. */
function shutdownMsOf(client: Client): number {
  const { shutdownTimeout = DEFAULT_SHUTDOWN_MS } = client.getOptions() as { shutdownTimeout?: number };
  return shutdownTimeout > 0 ? shutdownTimeout : DEFAULT_SHUTDOWN_MS;
}
