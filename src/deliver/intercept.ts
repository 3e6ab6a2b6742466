import type { Envelope, Transport, TransportMakeRequestResponse } from '@sentry/core';
import { type AnyEnvelope, hasProfile, type ProfileItem, takeProfiles } from './profile-items.ts';

/** What stands in front of a transport. */
export interface Interceptor {
  onProfiles(envelope: AnyEnvelope, items: readonly ProfileItem[]): PromiseLike<TransportMakeRequestResponse>;
  /** Told of each answer that the transport itself got. */
  onAnswer(answer: TransportMakeRequestResponse): void;
  /** Comes true when nothing of its own is under way any more, or false after the timeout. */
  settle(timeoutMs: number | undefined): Promise<boolean>;
}

/**
 * Puts an interceptor in front of a transport: the one place that both profiles and profile chunks pass. An envelope
 * without a profile goes on as it came, in the same turn.
 *
 * @returns puts the transport back as it was, unless somebody else has wrapped it since; then it only lets everything pass
 */
export function interceptTransport(
  transport: Transport,
  send: Transport['send'],
  interceptor: Interceptor,
): () => void {
  const flush = transport.flush.bind(transport);
  let isActive = true;

  const restoreSend = replaceMethod(transport, 'send', (envelope: Envelope) => {
    const items = isActive && hasProfile(envelope) ? takeProfiles(envelope as AnyEnvelope) : [];
    if (items.length > 0) return interceptor.onProfiles(envelope as AnyEnvelope, items);
    const response = send(envelope);
    response.then(
      (answer) => interceptor.onAnswer(answer),
      () => {},
    );
    return response;
  });

  const restoreFlush = replaceMethod(transport, 'flush', async (timeoutMs?: number) => {
    const startMs = performance.now();
    const isSettled = await interceptor.settle(timeoutMs);
    // To a transport, 0 means no limit.
    const leftMs = timeoutMs ? Math.max(1, timeoutMs - (performance.now() - startMs)) : timeoutMs;
    return (await flush(leftMs)) && isSettled;
  });

  return () => {
    isActive = false;
    restoreSend();
    restoreFlush();
  };
}

function replaceMethod<Name extends keyof Transport>(
  transport: Transport,
  name: Name,
  replacement: Transport[Name],
): () => void {
  const own = Object.getOwnPropertyDescriptor(transport, name);
  Object.defineProperty(transport, name, {
    value: replacement,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  return () => {
    if (transport[name] !== replacement) return;
    if (own === undefined) delete (transport as Partial<Transport>)[name];
    else Object.defineProperty(transport, name, own);
  };
}
