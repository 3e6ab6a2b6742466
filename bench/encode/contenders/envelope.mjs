import { randomUUID } from 'node:crypto';

/** As `makeProfileChunkEnvelope` of `@sentry/profiling-node` writes them. */
export function envelopeHeader() {
  return { event_id: randomUUID().replaceAll('-', ''), sent_at: new Date().toISOString() };
}

export const ITEM_HEADER = Object.freeze({ type: 'profile_chunk', platform: 'node' });
