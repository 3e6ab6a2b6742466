import type { Transport } from '@sentry/core';
import type { Reporter } from '../observe/reporter.ts';
import { survive } from '../survive.ts';
import { withoutLimited } from './limited-items.ts';
import type { AnyEnvelope } from './profile-items.ts';
import type { RateLimits } from './rate-limits.ts';

type SendEnvelope = Transport['send'];

/** Sends by the transport below, and learns rate limits from each answer. */
export function learningSend(transport: Transport, rateLimits: RateLimits): SendEnvelope {
  const send = transport.send.bind(transport);
  return (envelope) => {
    const response = send(envelope);
    Promise.resolve(response).then(
      (answer) => rateLimits.learn(answer),
      () => {},
    );
    return response;
  };
}

/** Lets an envelope without a profile pass. It takes out items that a limit forbids, because the SDK may not know that limit. */
export function passingSend(send: SendEnvelope, rateLimits: RateLimits, reporter: Reporter): SendEnvelope {
  return (envelope) => {
    const [header, items] = envelope as unknown as AnyEnvelope;
    const allowed = survive(() => withoutLimited(items, rateLimits, reporter)) ?? items;
    if (allowed === items) return send(envelope);
    if (allowed.length === 0) return Promise.resolve({});
    return send([header, allowed] as unknown as typeof envelope);
  };
}
