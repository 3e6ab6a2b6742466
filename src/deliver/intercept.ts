import type { Envelope, Transport, TransportMakeRequestResponse } from '@sentry/core';
import { replaceMethod } from '../replace-method.ts';
import { type AnyEnvelope, hasProfile, type ProfileItem, takeProfiles } from './profile-items.ts';
import { settleOrLetGo, type Work } from './shutdown.ts';

/** Stands in front of a transport. */
export interface Interceptor extends Work {
  onProfiles(envelope: AnyEnvelope, items: readonly ProfileItem[]): PromiseLike<TransportMakeRequestResponse>;
  /** Whether the client is being closed: then no later flush will send the profiles that this one leaves. */
  isClosing(): boolean;
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
  let isActive = true;

  const restoreSend = replaceMethod(transport, 'send', (envelope: Envelope) => {
    const items = isActive && hasProfile(envelope) ? takeProfiles(envelope as AnyEnvelope) : [];
    if (items.length > 0) return interceptor.onProfiles(envelope as AnyEnvelope, items);
    return send(envelope);
  });

  let restoreFlush: () => void;
  try {
    restoreFlush = replaceMethod(transport, 'flush', flushBoth(transport.flush.bind(transport), interceptor));
  } catch (error) {
    restoreSend();
    throw error;
  }

  return () => {
    isActive = false;
    restoreSend();
    restoreFlush();
  };
}

/** Our own uploads first, then the transport's, in the same time. */
function flushBoth(flush: Transport['flush'], interceptor: Interceptor): Transport['flush'] {
  return async (timeoutMs) => {
    const endMs = performance.now() + (timeoutMs ?? 0);
    // To a transport, 0 means no limit.
    const leftMs = (): number | undefined => timeoutMs && Math.max(1, endMs - performance.now());
    const isSettled = interceptor.isClosing()
      ? await settleOrLetGo(interceptor, timeoutMs)
      : await interceptor.settle(timeoutMs);
    return (await flush(leftMs())) && isSettled;
  };
}
