/** What the SDK knows of its profiles, counted from outside in the same way for every service. */
export const profileCounts = {
  /** Profiles in the envelopes that the SDK made. */
  captured: 0,
  /** Lost profiles of which the SDK would tell the server, by reason. @type {Record<string, number>} */
  discarded: {},
};

/**
 * @param {() => import('@sentry/node').NodeClient | undefined} init
 * @param {typeof import('@sentry/node').NodeClient} NodeClient
 */
export function countProfiles(init, NodeClient) {
  // On the prototype and before `init`: the transport takes the method along when the client is made.
  /** @type {import('@sentry/node').NodeClient['recordDroppedEvent']} */
  const record = NodeClient.prototype.recordDroppedEvent;
  NodeClient.prototype.recordDroppedEvent = /** @type {typeof record} */ (
    function (reason, category, count = 1) {
      if (category === 'profile') {
        profileCounts.discarded[reason] = (profileCounts.discarded[reason] ?? 0) + count;
      }
      return record.call(this, reason, category, count);
    }
  );
  // After `init`: the profiler has attached its profile to the envelope by the time that this listener is called.
  init()?.on('beforeEnvelope', ([, items]) => {
    for (const [header] of items) if (header.type === 'profile') profileCounts.captured++;
  });
}
